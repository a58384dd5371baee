export type { Colors, Io, Output } from './io.ts';
export { main } from './main.ts';
