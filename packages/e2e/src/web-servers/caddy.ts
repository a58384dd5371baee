import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { mustListen, type WebServer, type WebServerOptions } from './web-server.ts';

/**
 * Starts Caddy with the application at the root.
 *
 * @param options where the application is
 */
export function startCaddy({ application, folder }: WebServerOptions): Promise<WebServer> {
  const upstream = mustListen(application, 'Caddy');
  const target = upstream.kind === 'unix' ? `unix/${upstream.path}` : `${upstream.host}:${upstream.port}`;
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'Caddyfile');
    await writeFile(config, caddyfile(port, target));
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

function caddyfile(port: number, target: string): string {
  return `
{
    admin off
    auto_https off
}
http://:${port} {
    bind 127.0.0.1
    reverse_proxy ${target} {
        transport fastcgi
        flush_interval -1
    }
}
`;
}

/** What cannot hold behind Caddy. */
export const caddyDeviations: Deviations = {
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
