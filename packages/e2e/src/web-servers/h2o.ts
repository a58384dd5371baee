import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { h2oConfig } from '@fcgi-js/configs';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/** What can be set about h2o. */
export interface H2oOptions extends WebServerOptions {
  /** Keeps connections to the application open (`fastcgi.timeout.keepalive`), default true. */
  readonly keepConnections?: boolean;
  /** Which URLs are those of WebSockets, with `upgrades`. */
  readonly upgradePath?: string;
}

/**
 * Starts h2o with the site that `@fcgi-js/configs` prints; it can start the application itself (`fastcgi.spawn`).
 *
 * @param options where the application is, and how it is talked to
 */
export function startH2o(options: H2oOptions): Promise<WebServer> {
  const { folder, keepConnections = true, upgradePath } = options;
  return launchWebServer(options, async (port) => {
    const config = join(folder, 'h2o.conf');
    const site = h2oConfig({
      ...siteOptions(options),
      bind: `127.0.0.1:${port}`,
      keepAlive: keepConnections,
      ...(upgradePath === undefined ? {} : { upgradePath }),
    });
    await writeFile(config, `${wrapper(options)}${site}`);
    return { command: 'h2o', args: ['-c', config], errorLog: 'h2o-error.log' };
  });
}

function wrapper({ connections, folder }: H2oOptions): string {
  const user = webServerUser();
  return `
${user === undefined ? '' : `user: ${user.name}`}
pid-file: ${folder}/h2o.pid
error-log: ${folder}/h2o-error.log
temp-buffer-path: ${folder}
num-threads: 1
${connections === undefined ? '' : `max-connections: ${connections}`}
`;
}

const collectsUploads = { instead: 'weaker', rule: '§5', reason: 'h2o collects the upload first' } as const;

/** What cannot hold behind h2o. */
export const h2oDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  leavesBeforeAnswer: {
    instead: 'weaker',
    rule: '§5',
    reason: 'h2o does not notice that the browser has gone before it writes to it',
  },
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
  throwsWithoutLength: {
    instead: 'weaker',
    rule: '25',
    reason: 'h2o ends an answer that breaks off as if it were complete',
  },
};

/** What cannot hold behind h2o below a prefix. */
export const h2oBelowDeviations: Deviations = {
  absoluteTarget: {
    instead: 'nothing',
    rule: '§3',
    reason: 'h2o takes a target in absolute form for a path, which is not below the prefix',
  },
};
