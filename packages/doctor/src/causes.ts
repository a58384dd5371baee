import type { CauseFamily } from './cause.ts';
import { answer } from './causes/answer.ts';
import { asides } from './causes/asides.ts';
import { configuration } from './causes/configuration.ts';
import { knownBugs } from './causes/known-bugs.ts';
import { programFile } from './causes/program-file.ts';
import { programStart } from './causes/program-start.ts';
import { socket } from './causes/socket.ts';
import { webServerLog } from './causes/web-server-log.ts';

/** Every cause that is known, in families. A log line counts for the first cause that has it. */
export const causeFamilies: readonly CauseFamily[] = [
  programFile,
  programStart,
  socket,
  answer,
  configuration,
  asides,
  knownBugs,
  webServerLog,
];
