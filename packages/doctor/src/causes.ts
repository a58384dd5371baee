import type { CauseFamily } from './cause.ts';
import { answer } from './causes/answer.ts';
import { asides } from './causes/asides.ts';
import { capacity } from './causes/capacity.ts';
import { configuration } from './causes/configuration.ts';
import { connectionLost } from './causes/connection-lost.ts';
import { knownBugs } from './causes/known-bugs.ts';
import { programFile } from './causes/program-file.ts';
import { programStart } from './causes/program-start.ts';
import { socket } from './causes/socket.ts';
import { system } from './causes/system.ts';
import { unknownLines } from './causes/unknown-lines.ts';
import { webServerLog } from './causes/web-server-log.ts';

/** Every cause that is known, in families. */
export const causeFamilies: readonly CauseFamily[] = [
  programFile,
  programStart,
  socket,
  answer,
  connectionLost,
  capacity,
  system,
  configuration,
  asides,
  knownBugs,
  webServerLog,
  unknownLines,
];
