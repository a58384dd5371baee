export type { Colors, Input, Io, Output } from '@fcgi-js/runner/command';
export { endProcess, processIo } from '@fcgi-js/runner/command';
export type { ApplicationConfig, RunConfig, WrittenLimits } from '@fcgi-js/runner/options';
export { main } from './main.ts';
