import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../tooling/src/system-packages.mjs';
import { Child } from './child.ts';
import { until } from './poll.ts';
import type { ListeningUpstream } from './web-servers/web-server.ts';

/** What there is in `src/apps`. */
export type ApplicationName = 'authorizer-app' | 'cgi-app' | 'express-app' | 'hono-app';

/** An application that runs for a test. */
export interface RunningApplication {
  /** What it has printed so far. */
  output(): string;
  /** Ends it with SIGTERM and waits until it has gone; fails if it does not go, or with another exit status than 0. */
  stop(): Promise<void>;
}

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/**
 * Starts an application with `node`; it opens its socket itself.
 *
 * @param name which one of `src/apps`
 * @param address where it listens, as its README says
 * @param folder its scratch folder
 * @param mount the prefix that the web server does not tell it
 */
export function startApplication(
  name: ApplicationName,
  address: string,
  folder: string,
  mount?: string,
): Promise<RunningApplication> {
  const program = join(dist, 'apps', `${name}.js`);
  return untilReady(
    new Child(process.execPath, [program, address, folder, ...(mount === undefined ? [] : [mount])]),
  );
}

/**
 * Starts an application with spawn-fcgi, which opens the socket and passes it on as descriptor 0.
 *
 * @param program from {@link installProgram}
 * @param address where spawn-fcgi listens
 */
export function spawnApplication(program: string, address: ListeningUpstream): Promise<RunningApplication> {
  const socket =
    address.kind === 'unix'
      ? ['-s', address.path, '-M', '0660']
      : ['-a', address.host, '-p', String(address.port)];
  // -n: it becomes the application and does not put it into the background.
  return untilReady(new Child(findProgram('spawn-fcgi') ?? 'spawn-fcgi', ['-n', ...socket, '--', program]));
}

/**
 * Puts an application into the scratch folder as one executable file, for those who start it themselves.
 *
 * @param name which one of `src/apps`
 * @param folder the scratch folder
 * @returns the path of the program
 */
export async function installProgram(name: ApplicationName, folder: string): Promise<string> {
  const program = join(folder, `${name}.fcgi`);
  await copyFile(join(dist, 'fcgi', `${name}.fcgi`), program);
  await chmod(program, 0o755);
  return program;
}

async function untilReady(child: Child): Promise<RunningApplication> {
  const ended = new AbortController();
  void child.exited.then((how) => ended.abort(new Error(`${how}\n${child.output}`)));
  const isReady = () => /^ready$/m.test(child.output) || undefined;
  try {
    await until(isReady, { what: 'sign that the application is ready', signal: ended.signal });
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return {
    output: () => child.output,
    stop: async () => {
      await child.stop();
      if (child.exitCode !== 0) throw new Error(`${await child.exited}\n${child.output}`);
    },
  };
}
