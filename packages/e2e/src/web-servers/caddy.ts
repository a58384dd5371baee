import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { caddyConfig } from '@fcgi-js/configs';
import { caddyKnowsRequestBuffers } from '../../../tooling/src/caddy-version.ts';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/**
 * Starts Caddy with the site that `@fcgi-js/configs` prints.
 *
 * @param options where the application is
 */
export function startCaddy(options: WebServerOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(options, async (port) => {
    const config = join(folder, 'Caddyfile');
    const site = caddyConfig({
      ...siteOptions(options),
      bind: `127.0.0.1:${port}`,
      ...(caddyKnowsRequestBuffers() ? {} : { requestBuffers: 0 }),
    });
    await writeFile(config, `{\n    admin off\n    auto_https off\n}\n${site}`);
    // It cannot change the user itself.
    const user = webServerUser();
    return {
      command: 'caddy',
      args: ['run', '--adapter', 'caddyfile', '--config', config],
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    };
  });
}

/** What cannot hold behind Caddy. */
export const caddyDeviations: Deviations = {
  bytesInUrl: { instead: 'weaker', rule: '11', reason: 'Caddy encodes what is not encoded' },
  earlyAnswer: {
    instead: 'weaker',
    rule: '26',
    reason: 'Caddy sends the whole upload before it looks at the answer',
  },
  leavesBeforeAnswer: {
    instead: 'weaker',
    rule: '§5',
    reason: 'Caddy does not notice that the browser has gone before it writes to it',
  },
  throwsWithoutLength: {
    instead: 'weaker',
    rule: '25',
    reason: 'Caddy ends an answer that breaks off as if it were complete',
  },
};
