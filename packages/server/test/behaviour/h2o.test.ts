import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import { begin, params, post, stdin } from '../support/wire.ts';

const responder = ({ stdout }: { stdout: NodeJS.WritableStream }) => {
  stdout.end('Status: 413\r\n\r\nearly');
};

describe('an early answer on a kept connection', () => {
  test('to h2o, which dies of END_REQUEST while it sends, ends with the body', async () => {
    const { connect } = await start({ responder });
    const peer = await connect();
    const list = post(6, { SERVER_SOFTWARE: 'h2o/2.2.5' });
    peer.send(begin(1, { keepConn: true }), params(1, list), stdin(1, 'abc'));
    await peer.until(() => peer.stdout(1).endsWith('early'), 'the answer');
    for (let i = 0; i < 10; i += 1) await nextTurn();
    expect(peer.ends(1)).toBe(0);
    peer.send(stdin(1, 'def'), stdin(1));
    expect((await peer.answer(1)).body).toBe('early');
  });

  test('to others ends at once', async () => {
    const { connect } = await start({ responder });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(6)), stdin(1, 'abc'));
    expect((await peer.answer(1)).body).toBe('early');
  });
});
