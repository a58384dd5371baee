import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { mustListen, type WebServer, type WebServerOptions } from './web-server.ts';

/** What can be set about HAProxy. */
export interface HaproxyOptions extends WebServerOptions {
  /** Sends many requests on one connection at the same time (`mpxs-conns`, `get-values`), default false. */
  readonly multiplexed?: boolean;
}

/**
 * Starts HAProxy with the application at the root. It keeps connections to the application open.
 *
 * @param options where the application is, and how it is talked to
 */
export function startHaproxy(options: HaproxyOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'haproxy.cfg');
    await writeFile(config, haproxyConfig(options, port));
    // -db: in the foreground.
    return { command: 'haproxy', args: ['-db', '-f', config] };
  });
}

function haproxyConfig({ application, folder, multiplexed = false }: HaproxyOptions, port: number): string {
  const user = webServerUser();
  const upstream = mustListen(application, 'HAProxy');
  const server = upstream.kind === 'unix' ? `unix@${upstream.path}` : `${upstream.host}:${upstream.port}`;
  return `
global
    ${user === undefined ? '' : `user ${user.name}\n    group ${user.group}`}
    log stderr format raw local0 info
    nbthread 1
defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend f
    bind 127.0.0.1:${port}
    default_backend b
fcgi-app app
    log-stderr global
    docroot ${folder}
    path-info ^()(/.*)$
    set-param HTTP_AUTHORIZATION %[req.hdr(authorization)] if { req.hdr(authorization) -m found }
    ${multiplexed ? 'option mpxs-conns\n    option get-values' : ''}
backend b
    use-fcgi-app app
    ${multiplexed ? 'http-reuse always' : ''}
    server s ${server} proto fcgi
`;
}

/** What cannot hold behind HAProxy. */
export const haproxyDeviations: Deviations = {
  largeChunkedPost: {
    instead: 'nothing',
    rule: '§4',
    reason: 'HAProxy answers 400 to a chunked upload that does not fit its buffer',
  },
  leavesBeforeAnswer: {
    instead: 'weaker',
    rule: '§5',
    reason: 'HAProxy does not notice that the browser has gone before it writes to it',
  },
};

const throwsAnswersAway = {
  instead: 'weaker',
  rule: '§5',
  reason: 'HAProxy takes the rest of the answer and throws it away if others use the connection',
} as const;

/** What cannot hold behind HAProxy when requests share a connection. */
export const haproxyMultiplexingDeviations: Deviations = {
  ...haproxyDeviations,
  leavesInAnswer: throwsAnswersAway,
  leavesInLargeAnswer: { ...throwsAnswersAway, instead: 'nothing' },
};
