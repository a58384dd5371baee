export { type Colors, endProcess, type Io, main, type Output, processIo } from '@fcgi-js/cli';
