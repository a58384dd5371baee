export { type Colors, type Io, main, type Output, processIo } from '@fcgi-js/cli';
