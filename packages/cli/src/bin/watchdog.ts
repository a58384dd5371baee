import { workerData } from 'node:worker_threads';
import { watchEventLoop } from '../run/watchdog/watch-event-loop.ts';
import { watchParent } from '../run/watchdog/watch-parent.ts';
import type { WatchdogData } from '../run/watchdog/watchdog.ts';

/** The thread that looks after its process. */
const { eventLoop, parent } = workerData as WatchdogData;
if (eventLoop !== undefined) void watchEventLoop(eventLoop);
if (parent !== undefined) void watchParent(parent, true);
