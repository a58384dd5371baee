// A private nginx: its own configuration, logs and temporary files in one folder, no root needed, nothing else touched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * @param {{ folder: string, socket: string, port: number }} options
 */
function configuration({ folder, socket, port }) {
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']
    .map((name) => `    ${name}_temp_path ${folder}/${name};`)
    .join('\n');
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
    access_log off;
    client_max_body_size 0;
${temporary}
    upstream app { server unix:${socket}; keepalive 4; }
    server {
        listen 127.0.0.1:${port};
        location / {
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param SCRIPT_NAME "";
            fastcgi_param PATH_INFO $fastcgi_script_name;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param SERVER_NAME $server_name;
            fastcgi_param SERVER_ADDR $server_addr;
            fastcgi_param SERVER_PORT $server_port;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param REMOTE_PORT $remote_port;
            fastcgi_param REQUEST_SCHEME $scheme;
            fastcgi_param HTTPS $https if_not_empty;
            fastcgi_param HTTP_HOST $http_host;
            fastcgi_param HTTP_PROXY "";
            fastcgi_keep_conn on;
            fastcgi_pass app;
        }
    }
}
`;
}

/**
 * Starts nginx in front of the application and waits until it answers.
 * @param {{ nginx: string, folder: string, socket: string, port: number }} options
 */
export async function startNginx({ nginx, folder, socket, port }) {
  const configurationFile = join(folder, 'nginx.conf');
  const log = join(folder, 'error.log');
  writeFileSync(configurationFile, configuration({ folder, socket, port }));
  // In a group of its own, so that Ctrl-C ends it when the example says so and not before.
  const child = spawn(nginx, ['-p', folder, '-e', log, '-c', configurationFile], {
    detached: true,
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  let stopping = false;
  child.once('exit', () => {
    if (stopping) return;
    process.stderr.write(`nginx ended unexpectedly:\n${readFileSync(log, 'utf8')}`);
    process.exit(1);
  });
  process.once('exit', () => child.kill());
  while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    async close() {
      stopping = true;
      child.kill();
      await ended;
    },
  };
}

/** @param {number} port */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
