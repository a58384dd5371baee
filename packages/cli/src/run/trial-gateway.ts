import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, escapeLogText } from '@fcgi-js/client';
import type { FcgiServer } from '@fcgi-js/server';
import type { Application } from '../application/load-application.ts';

/** An HTTP server in front of an application that was given no socket. */
export interface TrialGateway {
  readonly address: AddressInfo;
  readonly url: string;
  /** Waits so many milliseconds for requests under way. */
  close(timeout: number): Promise<void>;
}

/** Serves the application on a socket that nobody else reaches, and opens a free port of this machine for it. */
export async function openTrialGateway(
  server: FcgiServer,
  application: Application,
  mount: string | undefined,
): Promise<TrialGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-'));
  const address = await server.listen(join(folder, 's'));
  const gateway = createGateway({
    address,
    ...(mount === undefined ? {} : { mount }),
    onStderr: (content) => process.stderr.write(`${escapeLogText(Buffer.from(content).toString())}\n`),
  });
  const { host, port, url } = await application.aside(() => gateway.listen({ port: 0 }));
  return {
    address: { address: host, family: 'IPv4', port },
    url,
    close: async (timeout) => {
      await gateway.close({ timeout: Math.min(timeout, LONGEST_TIMER) });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Milliseconds; Node ends longer ones at once. */
const LONGEST_TIMER = 2 ** 31 - 1;
