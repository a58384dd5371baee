import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FcgiRequest, fromNodeListener } from '@fcgi-js/server';
import { pattern } from 'test-support';
import { describe, expect, test } from 'vitest';
import { start, type Transport } from '../support/harness.ts';
import type { Peer } from '../support/peer.ts';
import { begin, params, post, request, stdin } from '../support/wire.ts';

const HEAD = 'Status: 200\r\n\r\n';
const PIECE = pattern(16_384);
/**
 * What may wait beside what the limits count: the buffers of the streams in between, four of which hold 64 KB each since
 * Node 22, and the pieces on their way.
 */
const SLACK = 5 * 65_536;
/** What `limits.requestBufferBytes` counts for a record with one byte of a body. */
const SMALL_COST = 129;

/** Lets everything happen that can happen without more input. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await nextTurn();
}

/** Sends a body until the application takes no more of it; how many bytes it took. */
async function uploadUntilStopped(peer: Peer, requestId: number, most: number): Promise<number> {
  let sent = 0;
  while (sent < most) {
    sent += PIECE.length;
    if (peer.send(stdin(requestId, PIECE))) continue;
    await settle();
    if (peer.stream.writableLength > 0) return sent;
  }
  return sent;
}

function start10(
  transport: Transport,
  limits: { requestBufferBytes?: number; connectionBufferBytes?: number },
) {
  const requests: FcgiRequest[] = [];
  return start(
    {
      responder: (each) => {
        requests.push(each);
        return new Promise(() => {});
      },
      limits,
    },
    transport,
  ).then((harness) => ({ ...harness, requests }));
}

describe('an application that does not read a body', () => {
  test('stops the web server at the limit of the request, when it is alone', async () => {
    const { connect } = await start10('an in-memory pair', { requestBufferBytes: 300_000 });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    const sent = await uploadUntilStopped(peer, 1, 50_000_000);
    expect(sent).toBeGreaterThanOrEqual(300_000);
    expect(sent).toBeLessThan(300_000 + SLACK);
  });

  test('stops the web server at the limit of the connection, when there are many', async () => {
    const { connect } = await start10('an in-memory pair', {
      requestBufferBytes: 1_000_000,
      connectionBufferBytes: 500_000,
    });
    const peer = await connect();
    for (const id of [1, 2, 3, 4]) peer.send(begin(id, { keepConn: true }), params(id, post(-1)));
    let sent = 0;
    for (let i = 0; i < 1_000; i += 1) {
      peer.send(stdin(1 + (i % 4), PIECE));
      sent += PIECE.length;
      await settle();
      if (peer.stream.writableLength > 0) break;
    }
    expect(sent).toBeGreaterThanOrEqual(500_000);
    expect(sent).toBeLessThan(500_000 + SLACK);
  });

  test('counts what small records take beside their bytes', async () => {
    const { connect } = await start10('an in-memory pair', { requestBufferBytes: 1_000_000 });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    const record = Buffer.from(stdin(1, 'x'));
    const most = 1_000_000 / SMALL_COST + SLACK / record.length;
    let sent = 0;
    while (sent <= most) {
      sent += 1;
      if (peer.send(record)) continue;
      await settle();
      if (peer.stream.writableLength > 0) break;
    }
    expect(sent).toBeGreaterThan(1_000_000 / SMALL_COST);
    expect(sent).toBeLessThan(most);
  });

  test('stops a web server on a real socket, too', async () => {
    const { connect } = await start10('a Unix socket', { requestBufferBytes: 300_000 });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    // The system keeps some itself.
    expect(await uploadUntilStopped(peer, 1, 50_000_000)).toBeLessThan(10_000_000);
  });

  test('and then reads it gets all of it, in order', async () => {
    const { connect, requests } = await start10('an in-memory pair', { requestBufferBytes: 100_000 });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    let sent = await uploadUntilStopped(peer, 1, 50_000_000);
    let received = 0;
    let inOrder = true;
    requests[0]!.stdin.on('error', () => {});
    requests[0]!.stdin.on('data', (chunk: Buffer) => {
      for (const byte of chunk) {
        if (byte !== (received & 255)) inOrder = false;
        received += 1;
      }
    });
    for (let i = 0; i < 50; i += 1) {
      peer.send(stdin(1, PIECE));
      sent += PIECE.length;
    }
    await expect.poll(() => received).toBe(sent);
    expect(inOrder).toBe(true);
  });

  test('does not stop its neighbour, which gets its whole body', async () => {
    const { connect, requests } = await start10('an in-memory pair', { requestBufferBytes: 100_000 });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    peer.send(begin(2, { keepConn: true }), params(2, post(-1)));
    await expect.poll(() => requests.length).toBe(2);
    let received = 0;
    requests[1]!.stdin.on('error', () => {});
    requests[1]!.stdin.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    for (let i = 0; i < 40; i += 1) {
      peer.send(stdin(1, PIECE), stdin(2, PIECE), stdin(2, PIECE));
      await nextTurn();
    }
    await expect.poll(() => received).toBe(40 * 2 * PIECE.length);
  });

  test('lets the connection go on when it ends the request', async () => {
    let release: (() => void) | undefined;
    const { connect } = await start({
      responder: ({ params: received, stdout }) => {
        stdout.write(HEAD);
        if (received.get('CONTENT_LENGTH') === '0') return;
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      limits: { requestBufferBytes: 100_000 },
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    await uploadUntilStopped(peer, 1, 50_000_000);
    release!();
    await peer.answer(1);
    peer.send(stdin(1), request(2, { keepConn: true, params: post(0) }));
    await peer.answer(2);
  });
});

describe('a Node listener that does not read its body', () => {
  test('stops the web server as well', async () => {
    const { connect } = await start({
      responder: fromNodeListener(() => {}),
      limits: { requestBufferBytes: 100_000 },
    });
    const peer = await connect();
    peer.send(begin(1, { keepConn: true }), params(1, post(-1)));
    expect(await uploadUntilStopped(peer, 1, 50_000_000)).toBeLessThan(100_000 + SLACK);
  });
});

describe('a web server that does not read', () => {
  test.each(['an in-memory pair', 'a Unix socket', 'TCP'] as const)(
    'stops an application that writes to stdout (%s)',
    async (transport) => {
      let written = 0;
      const { connect } = await start(
        {
          responder: async ({ stdout }) => {
            stdout.write(HEAD);
            while (written < 100_000_000) {
              written += PIECE.length;
              if (!stdout.write(PIECE)) await new Promise((resolve) => stdout.once('drain', resolve));
            }
          },
        },
        transport,
      );
      const peer = await connect();
      peer.stream.pause();
      peer.send(request(1));
      await expect.poll(() => written).toBeGreaterThan(0);
      await settle();
      const stopped = written;
      await settle();
      expect(written).toBe(stopped);
      // What the system keeps itself comes on top.
      expect(stopped).toBeLessThan(transport === 'an in-memory pair' ? SLACK : 10_000_000);
      peer.stream.resume();
      await peer.until(() => peer.receivedBytes > 20_000_000, 'more than was stopped');
      peer.leave();
      written = 100_000_000;
    },
  );

  test('stops a Node listener: write() says so, and "drain" comes', async () => {
    const told: string[] = [];
    let written = 0;
    const { connect } = await start({
      responder: fromNodeListener(async (_, res) => {
        while (written < 3_000_000) {
          written += PIECE.length;
          if (res.write(PIECE)) continue;
          told.push('wait');
          await new Promise((resolve) => res.once('drain', resolve));
          told.push('drain');
        }
        res.end();
      }),
    });
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1));
    await settle();
    // How often it has been told to go on by then depends on how much the streams of a Node hold.
    expect(told.at(-1)).toBe('wait');
    const stopped = written;
    await settle();
    expect(written).toBe(stopped);
    expect(stopped).toBeLessThan(SLACK);
    peer.stream.resume();
    const answer = await peer.answer(1);
    expect(answer.body).toHaveLength(written);
    expect(told.length).toBeGreaterThan(10);
  });

  test('stops an application that writes to stderr', async () => {
    let written = 0;
    const { connect } = await start({
      responder: async ({ stderr, stdout }) => {
        const line = `${'x'.repeat(999)}\n`;
        while (written < 5_000_000) {
          written += line.length;
          if (!stderr.write(line)) await new Promise((resolve) => stderr.once('drain', resolve));
          if (written % 1_000_000 === 0) await nextTurn();
        }
        stdout.write(HEAD);
      },
    });
    const peer = await connect();
    peer.stream.pause();
    peer.send(request(1));
    await settle();
    expect(written).toBeLessThan(SLACK);
    peer.stream.resume();
    expect((await peer.answer(1)).stderr).toHaveLength(5_000_000);
  });
});

test('a body is sent back through a slow web server and a slow application with little in between', async () => {
  const { connect } = await start({
    responder: async ({ stdin: body, stdout }) => {
      stdout.write(HEAD);
      for await (const chunk of body) {
        if (!stdout.write(chunk)) await new Promise((resolve) => stdout.once('drain', resolve));
      }
    },
    limits: { requestBufferBytes: 100_000 },
  });
  const peer = await connect();
  peer.stream.pause();
  peer.send(begin(1), params(1, post(-1)));
  const sent = await uploadUntilStopped(peer, 1, 50_000_000);
  expect(sent).toBeLessThan(100_000 + 2 * SLACK);
  peer.stream.resume();
  peer.send(stdin(1));
  expect((await peer.answer(1)).body).toHaveLength(sent);
});
