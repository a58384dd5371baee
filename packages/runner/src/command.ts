export { defined } from './defined.ts';
export { RunnerError, type RunnerErrorCode } from './errors.ts';
export { openFile } from './files/open-file.ts';
export { type Colors, colorsOf, type Input, type Io, type Output } from './io.ts';
export { ownMessages } from './own-messages.ts';
export { endProcess, outliveReaders, processIo } from './process-io.ts';
export { figureText } from './status/figure-text.ts';
export { systemReason } from './system-reason.ts';
