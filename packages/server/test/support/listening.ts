import { fromNodeListener, type NodeListener } from '@fcgi-js/server';
import { expect } from 'vitest';
import { type Harness, start } from './harness.ts';
import type { Peer } from './peer.ts';
import type { Answer } from './received.ts';
import { request } from './wire.ts';

/** What becomes of a listener before it is served. */
export type Way = (listener: NodeListener) => NodeListener;

/** A server of one listener, with a connection to it. */
export async function serve(
  as: Way,
  listener: NodeListener,
  ...options: unknown[]
): Promise<Harness & { peer: Peer }> {
  const given = options as [Parameters<typeof fromNodeListener>[1]?];
  const harness = await start({ responder: fromNodeListener(as(listener), ...given) });
  return { ...harness, peer: await harness.connect() };
}

/** The answer to one request. */
export async function answerTo(
  as: Way,
  listener: NodeListener,
  given: Parameters<typeof request>[1] = {},
): Promise<{ answer: Answer; codes: string[]; chunks: string[][] }> {
  const { peer, codes } = await serve(as, listener);
  peer.send(request(1, { keepConn: true, ...given }));
  return { answer: await peer.answer(1), codes: codes(), chunks: peer.recordsByChunk() };
}

/** A listener whose response writes HTTP/1.1, as all do on versions of Node without the parts by which it is taken before. */
function asHttp(listener: NodeListener): NodeListener {
  return (req, res) => {
    for (const part of ['_send', '_storeHeader']) expect(Object.hasOwn(res, part)).toBe(true);
    Reflect.deleteProperty(res, '_send');
    Reflect.deleteProperty(res, '_storeHeader');
    return listener(req, res);
  };
}

/** A listener as it is. */
export const plain: Way = (listener) => listener;

/** Both ways of a response. */
export const ways: ReadonlyArray<readonly [string, Way]> = [
  ['taken before it is HTTP', plain],
  ['read as HTTP/1.1', asHttp],
];
