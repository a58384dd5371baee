import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Writable } from 'node:stream';
import {
  type FcgiRequest,
  type FcgiRequestHandler,
  type FcgiServerOptions,
  fromFetchHandler,
  fromNodeListener,
} from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start, transports } from '../support/harness.ts';
import type { Answer } from '../support/received.ts';
import { begin, data, GET, params, post, request, stdin } from '../support/wire.ts';

/** Takes nothing, ever. */
const nowhere = () => new Writable({ write: () => {} });

async function swallow(body: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _ of body);
  } catch {
    // As in an application that forgets what it has caught.
  }
}

const forever = () => new Promise<never>(() => {});

function listener(listen: (req: IncomingMessage, res: ServerResponse) => unknown): FcgiRequestHandler {
  return fromNodeListener(listen);
}

/** What applications do that do not answer when their body fails. */
const silent: Readonly<Record<string, FcgiRequestHandler>> = {
  'a listener that waits for the end alone': listener((req, res) => {
    req.on('data', () => {});
    req.on('end', () => res.end('whole'));
  }),
  'a listener that has heard of the error, and does nothing': listener((req) => {
    req.on('error', () => {});
    req.resume();
  }),
  'a listener that swallows the error': listener((req) => swallow(req)),
  'a listener that pipes its body to nowhere': listener((req) => void req.pipe(nowhere())),
  'a listener that never touches its body': listener(() => {}),
  'a listener that sends its body back by a pipeline': listener((req, res) => {
    pipeline(req, res, () => {});
  }),
  'a listener that rejects with the error': listener(async (req) => {
    for await (const _ of req);
  }),
  'a fetch handler whose text() rejects': fromFetchHandler(async (each) => new Response(await each.text())),
  'a fetch handler that swallows the error, and never answers': fromFetchHandler(async (each) => {
    await each.arrayBuffer().catch(() => {});
    return await forever();
  }),
  'a fetch handler that sends its body back': fromFetchHandler((each) => new Response(each.body)),
  'a fetch handler that never touches its body': fromFetchHandler(forever),
  'a raw handler that waits for the end alone': ({ stdin: body }) => {
    body.resume();
    return new Promise((resolve) => body.on('end', resolve));
  },
  'a raw handler that has heard of the error, and does nothing': ({ stdin: body }) => {
    body.on('error', () => {});
    body.resume();
    return forever();
  },
  'a raw handler that swallows the error, and returns': ({ stdin: body }) => swallow(body),
  'a raw handler that pipes its body to nowhere': ({ stdin: body }) => {
    body.pipe(nowhere());
    return forever();
  },
  'a raw handler that never touches its body': forever,
};

/** Sends a body of 3 bytes of 10. */
async function sendTruncated(responder: FcgiRequestHandler): Promise<{ answer: Answer; codes: string[] }> {
  const { connect, codes } = await start({ responder });
  const peer = await connect();
  peer.send(request(1, { keepConn: true, params: post(10), body: 'abc' }));
  const answer = await peer.answer(1);
  // The connection is as good as before.
  peer.send(begin(2, { keepConn: true, role: 9 }));
  await peer.answer(2);
  return { answer, codes: codes().slice(0, -1) };
}

test('a body that ends before its CONTENT_LENGTH is answered with 400, and its request ended, whatever its handler does', async () => {
  // At the same time: handlers that do not answer have a second each.
  const answered = await Promise.all(
    Object.entries(silent).map(async ([name, responder]) => ({ name, ...(await sendTruncated(responder)) })),
  );
  for (const { answer, codes, name } of answered) {
    expect(answer, name).toMatchObject({ status: '400 Bad Request', protocolStatus: 0 });
    expect(answer.stderr, name).toContain('7 bytes before its CONTENT_LENGTH');
    expect(codes[0], name).toBe('FCGI_BODY_TRUNCATED');
    expect(
      codes.filter((code) => code === 'FCGI_BODY_TRUNCATED'),
      name,
    ).toHaveLength(1);
  }
});

describe("an application's own answer to a body that ended too early", () => {
  test.each<[string, FcgiRequestHandler]>([
    [
      'of a listener',
      listener((req, res) => {
        req.on('aborted', () => {
          res.statusCode = 418;
          res.end('short');
        });
        req.resume();
      }),
    ],
    [
      'of a fetch handler',
      fromFetchHandler(async (each) => {
        await each.text().catch(() => {});
        return new Response('short', { status: 418 });
      }),
    ],
    [
      'of a raw handler',
      async ({ stdin: body, stdout }) => {
        await swallow(body);
        stdout.end('Status: 418\r\n\r\nshort');
      },
    ],
  ])('%s is sent', async (_, responder) => {
    const { answer } = await sendTruncated(responder);
    expect(answer.status).toMatch(/^418/);
    expect(answer.body).toBe('short');
  });

  test('leaves although it waits until the request is over, as finalhandler and body-parser do', async () => {
    const { answer } = await sendTruncated(
      listener((req, res) => {
        req.on('aborted', () => {
          // What `on-finished` asks before it waits for `end`, or for the socket.
          const isOver = req.socket === null || !req.socket.readable || (req.complete && !req.readable);
          res.statusCode = 422;
          if (isOver) res.end('over');
        });
        req.resume();
      }),
    );
    expect(answer).toMatchObject({ status: '422 Unprocessable Entity', body: 'over' });
  });

  test('that has begun goes on as long as something is written', async () => {
    const { answer } = await sendTruncated(
      listener((req, res) => {
        let parts = 0;
        res.write('begun ');
        req.on('error', () => {});
        req.resume();
        // Together longer than an application may stay silent.
        const timer = setInterval(() => {
          res.write('x');
          parts += 1;
          if (parts < 6) return;
          clearInterval(timer);
          res.end();
        }, 250);
      }),
    );
    expect(answer).toMatchObject({ status: '200 OK', body: 'begun xxxxxx' });
  });

  test('that has begun and does not go on is broken off', async () => {
    const { connect } = await start({
      responder: listener((req, res) => {
        res.write('begun');
        req.pipe(res, { end: false });
      }),
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(10), body: 'abc' }));
    await peer.ended();
    expect(peer.stdout(1)).toMatch(/begunabc$/);
    expect(peer.ends(1)).toBe(0);
    expect(Buffer.from(peer.rest)).toEqual(Buffer.alloc(8));
  });
});

describe.each(transports)('over %s', (transport) => {
  test('the handler of a body that failed is told that it is too late, and the next request is served', async () => {
    const seen: FcgiRequest[] = [];
    const responder: FcgiRequestHandler = (each) => {
      seen.push(each);
      if (each.params.get('CONTENT_LENGTH') !== '0') return forever();
      each.stdout.end('Status: 200\r\n\r\n');
      return undefined;
    };
    const { connect } = await start({ responder }, transport);
    const peer = await connect();
    peer.send(request(1, { keepConn: true, params: post(10), body: 'abc' }));
    expect((await peer.answer(1)).status).toBe('400 Bad Request');
    expect(seen[0]!.signal.reason).toMatchObject({ code: 'FCGI_BODY_TRUNCATED' });
    peer.send(request(1, { keepConn: true, params: post(0) }));
    expect((await peer.answer(1, 2)).status).toBe('200');
  });
});

describe('a filter', () => {
  const filter: FcgiServerOptions = { filter: forever };
  const lengths = { ...GET, CONTENT_LENGTH: '4', FCGI_DATA_LENGTH: '8' };

  test('whose STDIN ends too early is answered with 400, although DATA goes on', async () => {
    const { connect, codes } = await start(filter);
    const peer = await connect();
    peer.send(begin(1, { role: 3 }), params(1, lengths), stdin(1, 'ab'), stdin(1), data(1, 'file'));
    expect((await peer.answer(1)).status).toBe('400 Bad Request');
    expect(codes()).toEqual(['FCGI_BODY_TRUNCATED']);
  });

  test('whose DATA ends too early is answered with 400', async () => {
    const { connect, codes } = await start(filter);
    const peer = await connect();
    peer.send(begin(1, { role: 3 }), params(1, lengths), stdin(1, 'form'), data(1, 'file'), data(1));
    const answer = await peer.answer(1);
    expect(answer.status).toBe('400 Bad Request');
    expect(answer.stderr).toContain('4 bytes before its FCGI_DATA_LENGTH');
    expect(codes()).toEqual(['FCGI_BODY_TRUNCATED']);
  });

  test('whose DATA comes before the end of STDIN is refused, so that it never works on half of the file', async () => {
    const { connect, codes } = await start(filter);
    const peer = await connect();
    peer.send(begin(1, { role: 3 }), params(1, lengths), data(1, 'the '), stdin(1, 'form'), stdin(1));
    const answer = await peer.answer(1);
    expect(answer.status).toBe('400 Bad Request');
    expect(answer.stderr).toContain('DATA came before the end of STDIN');
    expect(codes()).toEqual(['FCGI_STREAM_OUT_OF_ORDER']);
  });

  test('of a file of no length need not wait for DATA', async () => {
    const { connect } = await start({
      filter: async ({ stdin: body, data: file, stdout }) => {
        const read = [await body.toArray(), await file.toArray()].map((each) => Buffer.concat(each).length);
        stdout.end(`Status: 200\r\n\r\n${read.join()}`);
      },
    });
    const peer = await connect();
    const empty = { ...lengths, FCGI_DATA_LENGTH: '0' };
    peer.send(begin(1, { role: 3 }), params(1, empty), stdin(1, 'form'), stdin(1));
    expect((await peer.answer(1)).body).toBe('4,0');
  });
});

test('STDIN before the end of PARAMS is answered with 400', async () => {
  const { connect, codes } = await start({ responder: forever });
  const peer = await connect();
  peer.send(begin(1), stdin(1, 'early'));
  const answer = await peer.answer(1);
  expect(answer.status).toBe('400 Bad Request');
  expect(answer.stderr).toContain('STDIN came before the end of PARAMS');
  expect(codes()).toEqual(['FCGI_STREAM_OUT_OF_ORDER']);
});

test('a body that goes on after its CONTENT_LENGTH is cut there, and said so once', async () => {
  const { connect, codes } = await start({
    responder: async ({ stdin: body, stdout }) => {
      const read = Buffer.concat(await body.toArray());
      await new Promise((resolve) => setTimeout(resolve, 50));
      stdout.end(`Status: 200\r\n\r\n${String(read)}`);
    },
  });
  const peer = await connect();
  peer.send(begin(1), params(1, post(4)), stdin(1, 'bodyand'), stdin(1, 'more'), stdin(1));
  expect((await peer.answer(1)).body).toBe('body');
  expect(codes()).toEqual(['FCGI_BODY_TOO_LONG']);
});
