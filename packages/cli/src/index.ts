export type { Colors, Input, Io, Output } from './io.ts';
export { main } from './main.ts';
export { endProcess, processIo } from './process-io.ts';
export type { WrittenLimits } from './run/limit-kind.ts';
export type { RunConfig } from './run/options.ts';
