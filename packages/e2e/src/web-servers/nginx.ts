import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nginxConfig } from '@fcgi-js/configs';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { type Launch, launchWebServer } from './launch.ts';
import { siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/** The file of the site in the scratch folder. */
export const NGINX_SITE = 'site.conf';

/** What can be set about nginx. */
export interface NginxOptions extends WebServerOptions {
  /** Collects uploads first, as nginx does by default. Default false. */
  readonly collecting?: boolean;
  /** Keeps connections to the application open, default true. */
  readonly keepConnections?: boolean;
}

/**
 * Starts nginx with one worker process and the site that `@fcgi-js/configs` prints.
 *
 * @param options where the application is, and how it is talked to
 */
export function startNginx(options: NginxOptions): Promise<WebServer> {
  const { collecting = false, connections, folder, keepConnections = true } = options;
  return launchWebServer(options, async (port) => {
    const site = nginxConfig({
      ...siteOptions(options),
      bind: `127.0.0.1:${port}`,
      keepAlive: keepConnections,
    });
    const text = collecting ? site.replace('fastcgi_request_buffering off;', '') : site;
    // Each browser takes a second one, to the application.
    return configureNginx(
      folder,
      text,
      connections === undefined ? {} : { connections: connections * 2 + 64 },
    );
  });
}

/**
 * Writes the configuration for a site.
 *
 * @param folder the scratch folder
 * @param site what stands in a file of its own on a real machine
 * @param options `connections`: how many it may have, to browsers and to applications together; default 512
 */
export async function configureNginx(
  folder: string,
  site: string,
  { connections = 512 }: { readonly connections?: number } = {},
): Promise<Launch> {
  await writeFile(join(folder, NGINX_SITE), site);
  const config = join(folder, 'nginx.conf');
  await writeFile(config, wrapper(folder, connections));
  const errorLog = 'nginx-error.log';
  // -e: else it complains about /var/log/nginx before it has read the configuration.
  return { command: 'nginx', args: ['-e', join(folder, errorLog), '-c', config], errorLog };
}

function wrapper(folder: string, connections: number): string {
  const user = webServerUser();
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return `
${user === undefined ? '' : `user ${user.name} ${user.group};`}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log info;
events { worker_connections ${connections}; }
http {
    access_log off;
    ${temporary.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join('\n    ')}
    include ${folder}/${NGINX_SITE};
}
`;
}

const collectsUploads = {
  instead: 'weaker',
  rule: '§5',
  reason: 'nginx collects the upload first',
} as const;

/** What cannot hold behind nginx when it collects uploads. Nothing else is known when it passes them on as they come. */
export const nginxCollectingDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
};
