import { endProcess } from '../process-io.ts';
import { work } from '../run/worker/work.ts';

/** One worker of `fcgi run --workers`. */
await work();
await endProcess(0);
