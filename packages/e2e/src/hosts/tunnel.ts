import { writeFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { encodeGetValues } from '@fcgi-js/protocol';
import { findProgram } from '../../../tooling/src/system-packages.mjs';
import { Child } from '../child.ts';
import { until } from '../poll.ts';

/** What makes a tunnel. */
export type TunnelProduct = 'haproxy' | 'stunnel';

/**
 * Starts one end of a tunnel, and waits until it takes connections.
 *
 * @param folder for its configuration
 * @param config what `tunnelConfigs` has printed for that end
 * @param port where it takes them
 */
export async function startTunnel(
  product: TunnelProduct,
  folder: string,
  config: string,
  port: number,
): Promise<Child> {
  const path = join(folder, `${product}-${port}.conf`);
  const isStunnel = product === 'stunnel';
  await writeFile(path, isStunnel ? `foreground = yes\npid =\n${config}` : config);
  const args = isStunnel ? [path] : ['-db', '-f', path];
  const child = new Child(findProgram(product) ?? product, args);
  await until(
    () => {
      if (!child.isRunning) throw new Error(`${product} has ended: ${child.output}`);
      return isOpen(port);
    },
    { what: `connection to ${product}` },
  );
  return child;
}

/**
 * Asks a FastCGI application something that it tells every web server that gets through to it.
 *
 * @param socket to be connected, or being so
 * @returns bytes of its answer, or undefined where there is none before the end
 */
export async function answerOf(socket: Socket): Promise<Buffer | undefined> {
  const answer = await new Promise<Buffer | undefined>((resolve) => {
    socket.once('data', resolve);
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
    socket.write(encodeGetValues(['FCGI_MPXS_CONNS']));
  });
  socket.destroy();
  return answer;
}

function isOpen(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
