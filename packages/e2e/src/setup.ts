import { join } from 'node:path';
import type { SystemProgram } from '../../tooling/src/system-packages.mjs';
import {
  type ApplicationName,
  installProgram,
  type RunningApplication,
  spawnApplication,
  startApplication,
} from './application.ts';
import type { Deviations } from './conformance/conformance-list.ts';
import { reservePort } from './free-port.ts';
import { createScratchFolder } from './scratch-folder.ts';
import {
  type ListeningUpstream,
  listenAddress,
  type Upstream,
  type WebServer,
  type WebServerOptions,
} from './web-servers/web-server.ts';

/** How the application comes to its listening socket. */
export type Launcher =
  /** It opens the socket itself. */
  | 'node'
  /** spawn-fcgi passes it on as descriptor 0. */
  | 'spawn-fcgi'
  /** The web server passes it on as descriptor 0. */
  | 'web server';

/** What connects the application and the web server. */
export type Transport =
  | 'tcp'
  | 'unix'
  /** An in-memory pair in the application's process, at the end of a Unix socket. */
  | 'memory';

/** A web server in one configuration, with an application behind it. */
export interface Setup {
  /** Default `express-app`. */
  readonly application?: ApplicationName;
  readonly deviations?: Deviations;
  /** Default `node`. */
  readonly launcher?: Launcher;
  /** The prefix of all URLs of the application, default none. */
  readonly mount?: string;
  readonly name: string;
  /** What it needs beside Node. */
  readonly programs: readonly SystemProgram[];
  readonly start: (options: WebServerOptions) => Promise<WebServer>;
  /** The application gets the option `mount`, as the web server does not tell it the prefix. Default false. */
  readonly tellsMount?: boolean;
  /** Default `unix`. */
  readonly transport?: Transport;
}

/** A setup that runs for a test. */
export interface RunningSetup {
  readonly folder: string;
  readonly url: URL;
  /** What the web server and the application have logged so far, one text for each place. */
  logs(): Promise<string[]>;
  /** Ends the web server, then the application, and removes their files. */
  stop(): Promise<void>;
}

/**
 * Starts the application, then the web server.
 *
 * @param setup what to start
 * @throws Error when one of them does not come up; nothing is left behind then
 */
export async function startSetup(setup: Setup): Promise<RunningSetup> {
  // What is to be undone at the end, the latest first.
  const undo: Array<() => unknown> = [];
  const stop = async () => {
    const errors: unknown[] = [];
    for (const step of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('\n'));
  };

  try {
    const folder = await createScratchFolder();
    undo.push(folder.remove);
    const { application, running } = await startUpstream(setup, folder.path, undo);
    const { mount = '' } = setup;
    const webServer = await setup.start({ application, folder: folder.path, mount });
    undo.push(webServer.stop);
    const logs = async () => [...(await webServer.logs()), running?.output() ?? ''];
    return { folder: folder.path, url: webServer.url, logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface StartedUpstream {
  readonly application: Upstream;
  /** Not there when the web server starts it. */
  readonly running?: RunningApplication;
}

async function startUpstream(
  setup: Setup,
  folder: string,
  undo: Array<() => unknown>,
): Promise<StartedUpstream> {
  const { application: name = 'express-app', launcher = 'node', transport = 'unix' } = setup;
  const told = setup.tellsMount === true ? setup.mount : undefined;
  if (launcher === 'web server') {
    const program = await installProgram(name, folder);
    const words = told === undefined ? [] : ['fd:0', folder, told];
    return { application: { kind: 'spawn', program, arguments: words } };
  }
  const application = await chooseAddress(transport, folder, undo);
  const running =
    launcher === 'node'
      ? await startApplication(name, addressFor(transport, application), folder, told)
      : await spawnApplication(await installProgram(name, folder), application);
  undo.push(running.stop);
  return { application, running };
}

async function chooseAddress(
  transport: Transport,
  folder: string,
  undo: Array<() => unknown>,
): Promise<ListeningUpstream> {
  if (transport !== 'tcp') return { kind: 'unix', path: join(folder, 'app.sock') };
  const { port, release } = await reservePort();
  undo.push(release);
  return { kind: 'tcp', host: '127.0.0.1', port };
}

/** The settings of the application, which are not always those of the web server. */
function addressFor(transport: Transport, upstream: ListeningUpstream): string {
  return listenAddress(upstream).replace(/^unix:/, transport === 'memory' ? 'memory:' : 'unix:');
}
