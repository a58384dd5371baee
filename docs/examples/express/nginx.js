// A private nginx: its own configuration, logs and temporary files in one folder, no root needed, nothing else touched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { nginxConfig } from '@fcgi-js/configs';

/**
 * @param {{ folder: string, socket: string, port: number }} options
 */
function configuration({ folder, socket, port }) {
  const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const site = nginxConfig({ listen: `unix:${socket}`, bind: `127.0.0.1:${port}` });
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
access_log off;
${temporary}
${site}}
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
