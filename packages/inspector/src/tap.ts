export { KeptStderr } from './tap/kept-stderr.ts';
export { Relay, type RelayWatcher } from './tap/relay.ts';
export { type PassingRequest, RequestLog, type TapPrinter } from './tap/request-log.ts';
export { Tap, type TapOptions } from './tap/tap.ts';
export { TapFileWriter } from './tap/tap-file-writer.ts';
