import type { LogOutputs, RequestLogOptions } from './request-logs.ts';

/** Logs the requests of this process from now on. @returns what goes on in the files that have the names now */
export type StartLogs = (outputs: LogOutputs) => () => void;

/** Loads what logs of requests take, if they are wanted, and nothing otherwise. */
export async function loadLogs(options: RequestLogOptions): Promise<StartLogs> {
  if (options.accessLog === undefined && options.slowLog === undefined) return () => () => {};
  const { openLogs } = await import('./open-logs.ts');
  return (outputs) => openLogs(options, outputs);
}
