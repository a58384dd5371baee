export {
  type Account,
  isAllowed,
  type PathEntry,
  Permission,
} from './system/access.ts';
export { lacksRequestBuffers } from './system/caddy-version.ts';
export { pathEntries } from './system/path-entries.ts';
export { accessWarning } from './system/socket-access.ts';
export { type Inheritance, startedBy } from './system/started-by.ts';
// Here as well: a command line that offers them as choices need not load all causes for that.
export { type WebServerName, webServerNames } from './web-server-names.ts';
