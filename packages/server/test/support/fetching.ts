import { type FetchHandler, fromFetchHandler } from '@fcgi-js/server';
import { type Harness, start } from './harness.ts';
import type { Peer } from './peer.ts';
import type { Answer } from './received.ts';
import { request } from './wire.ts';

/** A server of one fetch handler, with a connection to it. */
export async function serve(handler: FetchHandler): Promise<Harness & { peer: Peer }> {
  const harness = await start({ responder: fromFetchHandler(handler) });
  return { ...harness, peer: await harness.connect() };
}

/** What a fetch handler answers to one request. */
export async function answerTo(
  handler: FetchHandler,
  given: Parameters<typeof request>[1] = {},
): Promise<{ answer: Answer; codes: string[]; chunks: string[][] }> {
  const { peer, codes } = await serve(handler);
  peer.send(request(1, { keepConn: true, ...given }));
  return { answer: await peer.answer(1), codes: codes(), chunks: peer.recordsByChunk() };
}
