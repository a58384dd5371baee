import { workerData } from 'node:worker_threads';

/** The thread that ends a worker whose parent has gone and that does not end itself in time. */
const { grace, parent } = workerData as { readonly grace: number; readonly parent: number };

/** Milliseconds between two looks. */
const INTERVAL = 500;

let orphanedSince: number | undefined;
setInterval(() => {
  if (process.ppid === parent) return;
  orphanedSince ??= performance.now();
  if (performance.now() - orphanedSince > grace * 1000) process.kill(process.pid, 'SIGKILL');
}, INTERVAL);
