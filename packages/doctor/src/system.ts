export { WEB_SERVER_USERS } from './gather/account.ts';
export {
  type Account,
  closedFolder,
  describeEntry,
  fileOf,
  isAllowed,
  type PathEntry,
  Permission,
} from './system/access.ts';
export { type AccountDatabase, accountEntry, groupsNaming } from './system/account-files.ts';
export { nameOf, pathEntries } from './system/path-entries.ts';
export { isOlder, versionIn } from './system/version-order.ts';
// Here as well: a command line that offers them as choices need not load all causes for that.
export { type WebServerName, webServerNames } from './web-server-names.ts';
