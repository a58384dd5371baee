import { parentPort, workerData } from 'node:worker_threads';
import { watchEventLoop } from '../watchdog/watch-event-loop.ts';
import { watchParent } from '../watchdog/watch-parent.ts';
import { watchStart } from '../watchdog/watch-start.ts';
import type { WatchdogData } from '../watchdog/watchdog-data.ts';

/** The thread that looks after its process, and says so when it does. */
const { eventLoop, parent, start } = workerData as WatchdogData;
if (eventLoop !== undefined) void watchEventLoop(eventLoop);
if (parent !== undefined) void watchParent(parent, true);
if (start !== undefined) void watchStart(start);
parentPort?.postMessage('stands');
