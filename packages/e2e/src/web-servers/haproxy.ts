import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { haproxyConfig } from '@fcgi-js/configs';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { type Launch, launchWebServer } from './launch.ts';
import { siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/** What can be set about HAProxy. */
export interface HaproxyOptions extends WebServerOptions {
  /** Sends many requests on one connection at the same time. Default false. */
  readonly multiplexed?: boolean;
}

/**
 * Starts HAProxy with what `@fcgi-js/configs` prints. It keeps connections to the application open.
 *
 * @param options where the application is, and how it is talked to
 */
export function startHaproxy(options: HaproxyOptions): Promise<WebServer> {
  const { folder, multiplexed = false } = options;
  return launchWebServer(options, (port) => {
    const { static: _, ...site } = siteOptions(options);
    const text = haproxyConfig({ ...site, bind: `127.0.0.1:${port}`, multiplex: multiplexed });
    return configureHaproxy(folder, text);
  });
}

/**
 * Writes the configuration for a site.
 *
 * @param folder the scratch folder
 * @param site what stands in a file of its own on a real machine
 */
export async function configureHaproxy(folder: string, site: string): Promise<Launch> {
  const [global, config] = [join(folder, 'global.cfg'), join(folder, 'haproxy.cfg')];
  await writeFile(global, wrapper(folder));
  await writeFile(config, site);
  // -db: in the foreground.
  return { command: 'haproxy', args: ['-db', '-f', global, '-f', config] };
}

function wrapper(folder: string): string {
  const user = webServerUser();
  return `
global
    ${user === undefined ? '' : `user ${user.name}\n    group ${user.group}`}
    log stderr format raw local0 info
    stats socket ${folder}/admin.sock level admin
    nbthread 1
defaults
    log global
    option httplog
`;
}

const refusesUrl = { instead: 'nothing', rule: '§3' } as const;

/** What cannot hold behind HAProxy. */
export const haproxyDeviations: Deviations = {
  absoluteTarget: { ...refusesUrl, reason: 'HAProxy answers 400 to a target in absolute form' },
  bytesInUrl: { ...refusesUrl, reason: 'HAProxy answers 400 to bytes that are not encoded' },
  prefixInOtherWords: { ...refusesUrl, reason: 'HAProxy compares the prefix with what was sent' },
  lineBreakInUrl: { instead: 'nothing', rule: '§3', reason: 'HAProxy answers 500 to a line break' },
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
  manyAtOnce: {
    instead: 'weaker',
    rule: '§11',
    reason: 'HAProxy before 3.2 answers some of many simultaneous uploads with 500 itself',
  },
};
