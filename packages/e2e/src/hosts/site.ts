import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  haproxyConfig,
  type ListeningApplication,
  nginxConfig,
  type WebServerOptions,
} from '@fcgi-js/configs';
import { findProgram, type SystemProgram } from '../../../tooling/src/system-packages.mjs';
import type { Child } from '../child.ts';
import { fcgi, untilServed } from '../runner.ts';
import { createScratchFolder } from '../scratch-folder.ts';
import { configureHaproxy } from '../web-servers/haproxy.ts';
import { configureNginx } from '../web-servers/nginx.ts';
import { Load } from './load.ts';
import { createNetwork, type Host, SUBNET } from './network.ts';

/** The hosts of applications. */
export const applicationHosts = ['one', 'two', 'three'] as const;

/** One of them. */
export type ApplicationHost = (typeof applicationHosts)[number];

/** A web server on a host of its own, in front of an application on three hosts, under load. */
export interface HostedSite {
  /** The application on each host; another one after {@link HostedSite.start}. */
  readonly applications: ReadonlyMap<ApplicationHost, Child>;
  readonly hosts: Readonly<Record<ApplicationHost | 'web', Host>>;
  readonly load: Load;
  /** Which hosts have begun a request, in that order. */
  begun(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Where the web server has its files. */
  readonly folder: string;
  /** What the web server has said. */
  log(): Promise<string>;
  /** Starts the application on a host. */
  start(name: ApplicationHost): Promise<void>;
  /** Ends and removes everything. */
  stop(): Promise<void>;
}

/** A web server that is tried. */
export interface HostedWebServer {
  readonly config: (options: ListeningApplication & WebServerOptions) => string;
  readonly configure: typeof configureNginx;
  readonly program: SystemProgram;
}

export const hostedWebServers = {
  haproxy: { config: haproxyConfig, configure: configureHaproxy, program: 'haproxy' },
  nginx: { config: nginxConfig, configure: configureNginx, program: 'nginx' },
} as const satisfies Record<string, HostedWebServer>;

const PORT = 9000;
/** How many ask at the same time. */
export const BROWSERS = 12;
const application = fileURLToPath(new URL('../../dist/apps/hosted-app.js', import.meta.url));

/**
 * Starts everything.
 *
 * @param webServer which one
 * @param options of its configuration, beside where the applications are
 */
export async function startHostedSite(
  webServer: HostedWebServer,
  options: WebServerOptions,
): Promise<HostedSite> {
  const folder = await createScratchFolder();
  const network = createNetwork('web', ...applicationHosts);
  const { hosts } = network;
  hosts.web.configure('net.ipv4.tcp_keepalive_time', 5);
  hosts.web.configure('net.ipv4.tcp_keepalive_intvl', 5);
  hosts.web.configure('net.ipv4.tcp_keepalive_probes', 2);
  const applications = new Map<ApplicationHost, Child>();
  const log = join(folder.path, 'begun.log');

  const start = async (name: ApplicationHost) => {
    const { address } = hosts[name];
    const args = ['--listen', `${address}:${PORT}`, '--allow', SUBNET, application, name, log];
    const child = hosts[name].start(process.execPath, [fcgi, 'run', ...args], { cwd: folder.path });
    applications.set(name, await untilServed(child, args));
  };
  await Promise.all(applicationHosts.map(start));

  const listen = applicationHosts.map((name) => `${hosts[name].address}:${PORT}`);
  const site = webServer.config({ bind: '8080', ...options, listen });
  const { args, errorLog } = await webServer.configure(folder.path, site);
  const child = hosts.web.start(findProgram(webServer.program) ?? webServer.program, args);
  const load = new Load(hosts.web, 'http://127.0.0.1:8080', BROWSERS);
  return {
    applications,
    folder: folder.path,
    hosts,
    load,
    begun: async () => {
      const requests = new Map<string, string[]>();
      for (const line of (await readFile(log, 'utf8')).trim().split('\n')) {
        const [token = '', , name = ''] = line.split(' ');
        requests.set(token, [...(requests.get(token) ?? []), name]);
      }
      return requests;
    },
    log: async () =>
      `${child.output}${errorLog === undefined ? '' : await readFile(join(folder.path, errorLog), 'utf8')}`,
    start,
    stop: async () => {
      await load.stop();
      await child.stop();
      for (const running of applications.values()) await running.stop();
      network.remove();
      folder.remove();
    },
  };
}
