import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { createServer, type FcgiRequest, type FcgiServer, type FcgiServerOptions } from '@fcgi-js/server';
import { onTestFinished } from 'vitest';
import { Peer } from './peer.ts';

/** Over what a test talks to the server. */
export type Transport = 'TCP' | 'a Unix socket' | 'an in-memory pair';

export const transports: readonly Transport[] = ['an in-memory pair', 'a Unix socket', 'TCP'];

/** A server under test. */
export interface Harness {
  /** Everything that `onError` was told. */
  readonly errors: readonly ReportedError[];
  readonly server: FcgiServer;
  /** The codes of what `onError` was told; for errors without one, their message. */
  codes(): string[];
  /** A new connection. */
  connect(): Promise<Peer>;
}

export interface ReportedError {
  readonly error: unknown;
  readonly request: FcgiRequest | undefined;
}

/** Starts a server that is closed when the test is over. */
export async function start(
  options: FcgiServerOptions,
  transport: Transport = 'an in-memory pair',
): Promise<Harness> {
  const errors: ReportedError[] = [];
  const server = createServer({
    onError: (error, request) => {
      errors.push({ error, request });
    },
    ...options,
  });
  onTestFinished(() => server.close({ timeout: 1 }));
  const dial = await listen(server, transport);
  return {
    errors,
    server,
    codes: () => errors.map(({ error }) => codeOf(error)),
    connect: async () => {
      const peer = new Peer(await dial());
      onTestFinished(() => peer.leave());
      return peer;
    },
  };
}

/** A folder that is removed when the test is over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A connection to an address as `listen` returns it. */
export function dialAddress(address: string): Promise<Peer['stream']> {
  const [, host, port] = /^tcp:\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const target = host === undefined ? { path: address.slice('unix:'.length) } : { host, port: Number(port) };
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}

async function listen(server: FcgiServer, transport: Transport): Promise<() => Promise<Peer['stream']>> {
  if (transport === 'an in-memory pair') {
    return () => {
      const [ours, theirs] = duplexPair();
      // A pair alone does not tell one end that the other was destroyed.
      ours.on('close', () => theirs.destroy());
      theirs.on('close', () => ours.destroy());
      server.accept(theirs);
      return Promise.resolve(ours);
    };
  }
  const address = transport === 'TCP' ? '127.0.0.1:0' : `unix:${join(scratchFolder(), 'app.sock')}`;
  const actual = await server.listen(address);
  return () => dialAddress(actual);
}
