import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, type SystemProgram } from '../../../tooling/src/system-packages.mjs';
import { Child, type ChildOptions } from '../child.ts';
import { reservePort } from '../free-port.ts';
import { HttpClient } from '../http.ts';
import { until } from '../poll.ts';
import type { WebServer, WebServerOptions } from './web-server.ts';

/** How one product is started in the foreground. */
export interface Launch extends ChildOptions {
  readonly args: readonly string[];
  readonly command: SystemProgram;
  /** Name of its error log in the scratch folder, if it does not log to stderr. */
  readonly errorLog?: string;
  /** What asks it to end, default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

const START_TIMEOUT = 30_000;

/**
 * Starts a web server on a free port and waits until it passes an answer of the application on, or answers at all if the
 * application is broken.
 *
 * @param options where the application is mounted, and the scratch folder
 * @param configure writes the configuration for a port on 127.0.0.1, and tells what to start
 * @throws Error, with the error log in its message, if it ends or does not answer within 30 seconds
 */
export async function launchWebServer(
  { broken = false, folder, mount = '' }: Pick<WebServerOptions, 'broken' | 'folder' | 'mount'>,
  configure: (port: number) => Promise<Launch>,
): Promise<WebServer> {
  const reserved = await reservePort();
  const { args, command, errorLog: logName, stopSignal, ...childOptions } = await configure(reserved.port);
  const child = new Child(findProgram(command) ?? command, args, { cwd: folder, ...childOptions });
  const url = new URL(`http://127.0.0.1:${reserved.port}${mount}/`);

  const logs = async () => {
    const log = logName === undefined ? '' : await readFile(join(folder, logName), 'utf8').catch(() => '');
    return [log, child.output];
  };
  const stop = async () => {
    try {
      await child.stop(stopSignal);
    } finally {
      reserved.release();
    }
  };

  try {
    await untilItAnswers(url, child, (status) => (broken ? status > 0 : status === 200));
  } catch (error) {
    await stop();
    throw new Error(`${command} did not start: ${String(error)}\n${(await logs()).join('')}`);
  }
  return { url, logs, stop };
}

async function untilItAnswers(url: URL, child: Child, isUp: (status: number) => boolean): Promise<void> {
  const ended = new AbortController();
  void child.exited.then((how) => ended.abort(new Error(how)));
  const client = new HttpClient(url);
  await until(
    async () => {
      const status = await client.request('/').then(
        (answer) => answer.status,
        () => 0,
      );
      return isUp(status) || undefined;
    },
    { signal: ended.signal, timeout: START_TIMEOUT, what: `answer of ${url.href}` },
  );
}
