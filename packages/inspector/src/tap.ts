export { KeptStderr } from './tap/kept-stderr.ts';
export { Relay, type RelayWatcher } from './tap/relay.ts';
export { type PassingRequest, RequestLog, type TapPrinter } from './tap/request-log.ts';
