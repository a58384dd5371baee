// These are in the main entry, too. A command line needs no configuration to say what can be chosen.
export {
  CONFIG_OPTIONS,
  type ConfigOption,
  type ConfigOptions,
  type ConfigValues,
  configOptions,
} from './config-options.ts';
export { PRODUCTS, type Product } from './product-names.ts';
export { STARTS, type Start, WEB_SERVERS, type WebServer, type WebServerName } from './web-servers.ts';
