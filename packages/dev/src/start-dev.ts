import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Secrecy, secrecyOf } from '@fcgi-js/inspector';
import { defined } from '@fcgi-js/runner/command';
import { findApplication, WorkerPorts } from '@fcgi-js/runner/process';
import { answerRequest } from './answer-request.ts';
import { DeveloperKey } from './developer-key.ts';
import type { DevEvent } from './events.ts';
import { FailedAnswers } from './failed-answers.ts';
import { openFront } from './front.ts';
import type { Generation } from './generation.ts';
import { projectFolder } from './project-files.ts';
import { RecentRequests } from './recent-requests.ts';
import { Reloader } from './reloader.ts';
import { isReserved, RESERVED } from './reserved.ts';
import { watchFiles } from './watch-files.ts';

/** What {@link startDev} is asked for. Paths are absolute, or below `cwd`. */
export interface DevOptions {
  /** Host names that it answers to, beside those of this machine. */
  readonly allowHost?: readonly string[];
  /** The file or folder of the application. */
  readonly app: string;
  /** The port that the server which is served asks for; `none` to serve what is exported. Default: by what is known. */
  readonly appPort?: number | 'none';
  /** Arguments for the application. Default none. */
  readonly args?: readonly string[];
  /** Default `process.cwd()`. Files are named from there. */
  readonly cwd?: string;
  /** The environment of the application; NODE_ENV is `development` where it is not in there. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Files and folders whose changes do not count. */
  readonly ignore?: readonly string[];
  /** The public prefix of the application. Default none. */
  readonly mount?: string;
  /** Gets what happens. */
  readonly onEvent?: (event: DevEvent) => void;
  /** Gets what the application writes to its outputs. Default: it is not shown. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stderr' | 'stdout') => void;
  /** Where it listens. Default 3000, or another port if that is taken. */
  readonly port?: number;
  /** Whether values of cookies, tokens and the like are shown among recent requests. Default: they are hidden. */
  readonly showSecrets?: true;
  /** Seconds that the application has to export something or listen. Default 30. */
  readonly startTimeout?: number;
  /** Files and folders whose changes count as well, whatever is in them. */
  readonly watch?: readonly string[];
}

/** An application that is served while it is developed. */
export interface Development {
  /** The file of the application. */
  readonly file: string;
  /** The folder whose changes count. */
  readonly project: string;
  /** That of recent requests; with the key of the developer. */
  readonly requestsUrl: string;
  /** For the developer's browser: its key makes that browser see errors and recent requests. */
  readonly url: string;
  /** Lets requests under way end, for a second; resolves when the application has gone. */
  close(): Promise<void>;
  /** Ends the process of the application at once; for {@link close} that is under way. */
  kill(): void;
}

/** Seconds that requests under way have when the application is replaced: the developer waits for the new one. */
const STOP_TIMEOUT = 1;
const START_TIMEOUT = 30;

/**
 * Serves an application over HTTP while you write it, with FastCGI in between; loads it again when it changes, and shows its
 * errors and recent requests in the browser. Resolves when every change is seen; whether it has been loaded by then is open.
 *
 * @throws DevError where it cannot listen
 * @throws RunnerError where there is no such application
 */
export async function startDev(options: DevOptions): Promise<Development> {
  const { cwd = process.cwd(), mount, onEvent = () => {}, onOutput = () => {} } = options;
  const { args, file } = findApplication(options.app, cwd);
  const front = await openFront(options.host ?? '127.0.0.1', options.port, options.allowHost ?? []);
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-'));
  const secrecy = secrecyOf(options);
  const failed = new FailedAnswers();
  const recent = new RecentRequests(secrecy);
  const key = new DeveloperKey(front.port);
  const project = projectFolder(file);
  const reloader = new Reloader(
    {
      address: front.url,
      args: [...args, ...(options.args ?? [])],
      choice: { flag: '--app-port', ...defined({ port: options.appPort }) },
      env: { NODE_ENV: 'development', ...(options.env ?? process.env) },
      file,
      folder,
      mount,
      ports: new WorkerPorts(),
      printer: recent,
      startTimeout: options.startTimeout ?? START_TIMEOUT,
      stderr: (chunk) => onOutput(chunk, 'stderr'),
      stdout: (chunk) => onOutput(chunk, 'stdout'),
      stopTimeout: STOP_TIMEOUT,
    },
    (generation) => onEvent(news(generation)),
  );
  front.serve(async (request, response) => {
    const visitor = key.admit(request);
    reportAnswer(request, response, secrecy, onEvent);
    await answerRequest(request, response, visitor, { failed, folder: cwd, key, project, recent, reloader });
  });
  const urls = {
    requestsUrl: key.urlWithKey(front.browserUrl + RESERVED),
    url: key.urlWithKey(`${front.browserUrl}${(mount ?? '').replace(/\/$/, '')}/`),
  };
  onEvent({ kind: 'listening', file, ...urls });
  const absolute = (paths: readonly string[] = []) => paths.map((path) => resolve(cwd, path));
  const files = { ignored: absolute(options.ignore), root: project, watched: absolute(options.watch) };
  const watcher = await watchFiles(files, file, {
    changed: (paths) => {
      onEvent({ kind: 'changed', paths });
      reloader.reload();
    },
    failed: ({ message }) => onEvent({ kind: 'unwatched', reason: message }),
  });
  return {
    file,
    project,
    ...urls,
    kill: () => reloader.kill(),
    close: async () => {
      await Promise.all([watcher.close(), reloader.end()]);
      front.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function news({ application, how, state }: Generation): DevEvent {
  if (state === 'ready') return { kind: 'loaded', application };
  return { kind: state === 'failed' ? 'failed' : 'crashed', how };
}

/** The pages of this package itself are no news. */
function reportAnswer(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  secrecy: Secrecy,
  onEvent: (event: DevEvent) => void,
): void {
  if (isReserved(url)) return;
  const start = performance.now();
  response.once('close', () => {
    const { headersSent, statusCode, writableFinished: isWhole } = response;
    onEvent({
      kind: 'answered',
      isWhole,
      method,
      duration: performance.now() - start,
      status: headersSent ? statusCode : undefined,
      url: secrecy.value('REQUEST_URI', url),
    });
  });
}
