import { join } from 'node:path';
import { createServer, type FcgiRequestHandler } from '@fcgi-js/server';
import { afterAll, beforeAll, expect } from 'vitest';
import { createTemporaryFolder } from '../temporary-folder.ts';
import type { Answer } from './answer.ts';
import { type Ask, resolveAsk } from './ask.ts';
import { FastcgiPeer } from './fastcgi-peer.ts';

/**
 * Serves a handler for as long as the tests around it run.
 *
 * @returns sends one request over each kind of connection; the answers must be the same
 */
export function askedServer(responder: FcgiRequestHandler): (ask: Ask) => Promise<Answer> {
  const folder = createTemporaryFolder('fcgi-asked');
  const path = join(folder.path, 'app.sock');
  const server = createServer({ responder, onError: () => {} });
  beforeAll(() => server.listen(`unix:${path}`));
  afterAll(async () => {
    await server.close();
    folder.remove();
  });
  return async (ask) => {
    const answers: Answer[] = [];
    for (const keepConn of [false, true]) {
      const manners = { keepConn, leaving: 'close' } as const;
      const peer = await FastcgiPeer.open(resolveAsk(ask), { local: 80, remote: 40_000 }, manners, path);
      answers.push(await peer.answer);
    }
    expect(answers[1]).toEqual(answers[0]);
    return answers[0]!;
  };
}

/** The values of all fields of a name. */
export function fieldsOf({ headers }: Answer, name: string): string[] {
  return headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value);
}
