import { eventStreamKinds } from './event-streams.ts';
import { idle } from './idle.ts';
import type { Kind } from './kind.ts';
import { memory } from './memory.ts';
import { micro } from './micro.ts';
import { multiplexed } from './multiplexed.ts';
import { requestKinds } from './requests.ts';
import { stdin } from './stdin.ts';
import { transferKinds } from './transfers.ts';

/** Everything that is measured, in the order of the report. */
export const kinds: readonly Kind[] = [
  ...requestKinds,
  ...transferKinds,
  idle,
  ...eventStreamKinds,
  multiplexed,
  memory,
  stdin,
  micro,
];
