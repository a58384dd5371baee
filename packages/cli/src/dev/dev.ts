import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { secrecyOf } from '@fcgi-js/inspector';
import { colorsOf, defined, type Io, outliveReaders, ownMessages } from '@fcgi-js/runner/command';
import { findApplication, WorkerPorts, watchStopSignals } from '@fcgi-js/runner/process';
import { CommandFailure } from '../command-failure.ts';
import { answerRequest } from './answer-request.ts';
import { DeveloperKey } from './developer-key.ts';
import { FailedAnswers } from './failed-answers.ts';
import { openFront } from './front.ts';
import type { Generation } from './generation.ts';
import { projectFolder } from './project-files.ts';
import { RecentRequests } from './recent-requests.ts';
import { Reloader } from './reloader.ts';
import { logRequest } from './request-line.ts';
import { RESERVED } from './reserved.ts';
import { watchFiles } from './watch-files.ts';

/** What {@link dev} is asked for. Times are in seconds. */
export interface DevOptions {
  /** The file or folder of the application. */
  readonly app: string;
  /** The port that the server which is served asks for; `none` to serve what is exported. */
  readonly appPort?: number | 'none';
  /** For the application. */
  readonly args: readonly string[];
  /** Host names that it answers to, beside those of this machine. */
  readonly allowHost?: readonly string[];
  readonly host: string;
  readonly ignore?: readonly string[];
  readonly mount?: string;
  readonly port?: number;
  readonly showSecrets?: true;
  readonly startTimeout: number;
  readonly watch?: readonly string[];
}

/** Seconds that requests under way have when the application is replaced: somebody waits to see the new one. */
const STOP_TIMEOUT = 1;

/** Names of changed files that are told. */
const TOLD = 3;

/** Serves an application while somebody writes it, until it is told to stop. */
export async function dev(io: Io, options: DevOptions): Promise<void> {
  const file = findApplication(options.app, io.cwd);
  outliveReaders();
  const signals = watchStopSignals();
  const say = ownMessages(io, 'cyan');
  const secrecy = secrecyOf(options);
  const front = await openFront(options.host, options.port, options.allowHost ?? []);
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-'));
  const failed = new FailedAnswers();
  const recent = new RecentRequests(secrecy);
  const key = new DeveloperKey(front.port);
  const project = projectFolder(file);
  const reloader = new Reloader(
    {
      address: front.url,
      args: options.args,
      choice: { flag: '--app-port', ...defined({ port: options.appPort }) },
      env: environment(io),
      file,
      folder,
      mount: options.mount,
      ports: new WorkerPorts(),
      printer: recent,
      startTimeout: options.startTimeout,
      stderr: (chunk) => io.stderr.write(chunk),
      stdout: (chunk) => io.stdout.write(chunk),
      stopTimeout: STOP_TIMEOUT,
    },
    (generation) => say(news(generation)),
  );
  front.serve(async (request, response) => {
    const visitor = key.admit(request);
    logRequest(io, secrecy, request, response);
    await answerRequest(request, response, visitor, {
      failed,
      folder: io.cwd,
      key,
      project,
      recent,
      reloader,
    });
  });
  const [url, requestsUrl] = [`${(options.mount ?? '').replace(/\/$/, '')}/`, RESERVED].map((path) =>
    key.urlWithKey(front.browserUrl + path),
  );
  say(`${relative(io.cwd, file)} on ${url}, recent requests on ${requestsUrl}`);
  say('The key in these URLs is for you: it makes a browser see errors and recent requests.');
  const absolute = (paths: readonly string[] = []) => paths.map((path) => resolve(io.cwd, path));
  const { ignore, watch } = options;
  const files = { ignored: absolute(ignore), root: project, watched: absolute(watch) };
  const watcher = await watchFiles(files, file, {
    changed: (paths) => {
      say(`changed: ${describeFiles(paths.map((path) => relative(io.cwd, path)))}`);
      reloader.reload();
    },
    failed: ({ message }) => say(`Not every change will be seen: ${message}`),
  });
  say(`Changes below ${files.root} load it again. Ctrl-C ends.`);
  await signals.first;
  const ended = Promise.all([watcher.close(), reloader.end()]).then(() => undefined);
  const again = await Promise.race([ended, signals.second]);
  if (again !== undefined) reloader.kill();
  front.close();
  await rm(folder, { recursive: true, force: true });
  if (again !== undefined) throw new CommandFailure(`${again}: ended at once, with what was under way`);
}

function environment({ env, stderr, stdout }: Io): NodeJS.ProcessEnv {
  const isColored = [stderr, stdout].every(
    (stream) => stream.isTTY && colorsOf(stream, env).isColorSupported,
  );
  // What it writes passes through here, so it sees no terminal.
  return { ...(isColored ? { FORCE_COLOR: '1' } : {}), NODE_ENV: 'development', ...env };
}

function news({ application, how, state }: Generation): string {
  if (state === 'ready') return `loaded: ${application}`;
  return state === 'failed'
    ? `not loaded (${how}): a change loads it again, and so does a request in two seconds or later`
    : `the process of the application has ended (${how}): a change, or the next request, starts it again`;
}

function describeFiles(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : '';
  return names.slice(0, TOLD).join(', ') + more;
}
