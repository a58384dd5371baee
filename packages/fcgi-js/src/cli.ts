export { type Colors, endProcess, type Io, main, type Output, processIo, type RunConfig } from '@fcgi-js/cli';
