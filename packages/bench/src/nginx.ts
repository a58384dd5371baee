import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../tooling/src/system-packages.mjs';
import { canConnect, freePort } from './connect.ts';
import { until } from './poll.ts';
import { startProgram } from './processes.ts';

/** An application behind nginx. */
export interface Upstream {
  /** The Host under which it is reached. */
  readonly host: string;
  /** Whether nginx keeps the connections to it; its default is a new one for each request. */
  readonly keep: boolean;
  /** The path of a Unix socket, or `host:port`. */
  readonly socketPath: string;
  readonly transport: 'fastcgi' | 'http';
}

/** nginx as it runs for a benchmark. */
export interface Nginx {
  readonly port: number;
  /** Its worker process. */
  readonly worker: number;
  stop(): Promise<void>;
}

/**
 * Starts nginx with one worker process on a free port of 127.0.0.1.
 *
 * @param folder for its files
 * @param upstreams all contenders behind it
 */
export async function startNginx(folder: string, upstreams: readonly Upstream[]): Promise<Nginx> {
  const port = await freePort();
  const files = join(folder, `nginx-${port}`);
  await mkdir(files, { recursive: true });
  const config = join(files, 'nginx.conf');
  const errors = join(files, 'error.log');
  await writeFile(config, nginxConfig(files, port, upstreams));
  const nginx = await startProgram([findProgram('nginx') ?? 'nginx', '-e', errors, '-c', config]);
  let hasEnded = false;
  void nginx.ended.then(() => {
    hasEnded = true;
  });
  let worker = 0;
  await until(async () => {
    if (hasEnded) throw new Error(`nginx has ended: ${nginx.output()}${readFileSync(errors, 'utf8')}`);
    worker = childOf(nginx.pid);
    // It listens before it has its worker.
    return worker > 0 && (await canConnect({ host: '127.0.0.1', port }));
  }, 'worker of nginx that can be connected to');
  return { port, worker, stop: () => nginx.stop() };
}

/** The only process that a process has started; 0 before that. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim());
}

/** The configuration: what nginx does by default, but for what each line says. */
export function nginxConfig(folder: string, port: number, upstreams: readonly Upstream[]): string {
  // Else a worker of root's nginx may not open sockets that only this user may open.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};` : '';
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');
  return `${user}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
# An event stream takes two of them.
events { worker_connections 16384; }
http {
  ${temporary}
  access_log off;
  client_max_body_size 0;
  # The load generator's connections stay.
  keepalive_requests 100000000;
  include /etc/nginx/fastcgi_params;
${upstreams.map((upstream, index) => virtualHost(upstream, `app${index}`, port)).join('')}}
`;
}

function virtualHost({ host, keep, socketPath, transport }: Upstream, name: string, port: number): string {
  const pass =
    transport === 'fastcgi'
      ? [`fastcgi_pass ${name};`, ...(keep ? ['fastcgi_keep_conn on;'] : [])]
      : [
          `proxy_pass http://${name};`,
          // What keeping connections takes, by the documentation of nginx.
          ...(keep ? ['proxy_http_version 1.1;', 'proxy_set_header Connection "";'] : []),
        ];
  const address = socketPath.startsWith('/') ? `unix:${socketPath}` : socketPath;
  return `  upstream ${name} { server ${address}; ${keep ? 'keepalive 64; ' : ''}}
  server {
    listen 127.0.0.1:${port};
    server_name ${host};
    location / { ${pass.join(' ')} }
  }
`;
}
