import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { listenAddress, mustListen, type WebServer, type WebServerOptions } from './web-server.ts';

/** What can be set about nginx. */
export interface NginxOptions extends WebServerOptions {
  /** Keeps connections to the application open, default false. */
  readonly keepConnections?: boolean;
  /** Passes uploads and answers on as they come, default false: uploads are collected first. */
  readonly unbuffered?: boolean;
}

/**
 * Starts nginx with one worker process and the application at the root.
 *
 * @param options where the application is, and how it is talked to
 */
export function startNginx(options: NginxOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'nginx.conf');
    await writeFile(config, nginxConfig(options, port));
    const errorLog = 'nginx-error.log';
    // -e: else it complains about /var/log/nginx before it has read the configuration.
    return { command: 'nginx', args: ['-e', join(folder, errorLog), '-c', config], errorLog };
  });
}

function nginxConfig(options: NginxOptions, port: number): string {
  const { application, folder, keepConnections = false, unbuffered = false } = options;
  const user = webServerUser();
  const upstream = mustListen(application, 'nginx');
  const server = upstream.kind === 'unix' ? listenAddress(upstream) : `${upstream.host}:${upstream.port}`;
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return `
${user === undefined ? '' : `user ${user.name} ${user.group};`}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log info;
events { worker_connections 512; }
http {
    access_log off;
    ${temporary.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join('\n    ')}
    client_max_body_size 0;
    upstream app {
        server ${server};
        ${keepConnections ? 'keepalive 4;' : ''}
    }
    server {
        listen 127.0.0.1:${port};
        location / {
            include /etc/nginx/fastcgi_params;
            fastcgi_param PATH_INFO $fastcgi_script_name;
            fastcgi_param SCRIPT_NAME "";
            fastcgi_param HTTP_HOST $http_host;
            fastcgi_param HTTP_PROXY "";
            fastcgi_pass app;
            ${keepConnections ? 'fastcgi_keep_conn on;' : ''}
            ${unbuffered ? 'fastcgi_request_buffering off;\n            fastcgi_buffering off;' : ''}
        }
    }
}
`;
}

const collectsUploads = {
  instead: 'weaker',
  rule: '§5',
  reason: 'nginx collects the upload first',
} as const;

/** What cannot hold behind nginx as it is by default. Nothing else is known when it passes everything on as it comes. */
export const nginxBufferedDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
};
