import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { duplexPair } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createServer,
  type FcgiRequest,
  type FcgiRequestHandler,
  fromFetchHandler,
  fromNodeListener,
} from '@fcgi-js/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { start, transports } from '../support/harness.ts';
import { Peer } from '../support/peer.ts';
import { settle } from '../support/time.ts';
import { GET, request } from '../support/wire.ts';

/** What is written on the error output of the process. */
const errorOutput = { lines: [] as string[] };

beforeAll(() => {
  vi.spyOn(fs, 'writeSync').mockImplementation((_fd, data) => errorOutput.lines.push(String(data)));
  syncBuiltinESMExports();
});

afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const HEAD = 'Status: 200\r\n\r\n';
const SECRET = 'secret: the password is 1234';

/** Handlers that fail before they have answered anything. */
const failures: ReadonlyArray<readonly [string, FcgiRequestHandler]> = [
  [
    'throws',
    () => {
      throw new Error(SECRET);
    },
  ],
  ['rejects', () => Promise.reject(new Error(SECRET))],
  [
    'rejects later',
    async () => {
      await nextTurn();
      throw new Error(SECRET);
    },
  ],
  [
    'throws text',
    () => {
      // What JavaScript allows, somebody does.
      throw `${SECRET}`;
    },
  ],
  [
    'is a listener that throws',
    fromNodeListener(() => {
      throw new Error(SECRET);
    }),
  ],
  ['is a listener that rejects', fromNodeListener(() => Promise.reject(new Error(SECRET)))],
  [
    'is a listener that throws after it has set a head',
    fromNodeListener((_, res) => {
      res.statusCode = 201;
      res.setHeader('X-Secret', SECRET);
      throw new Error(SECRET);
    }),
  ],
  [
    'is a listener that destroys its response',
    fromNodeListener((_, res) => void res.destroy(new Error(SECRET))),
  ],
];

describe.each(transports)('over %s', (transport) => {
  test.each(failures)(
    'a handler that %s: 500, and the details go to STDERR and onError only',
    async (_, responder) => {
      const { connect, errors, server } = await start({ responder }, transport);
      const peer = await connect();
      peer.send(request(1, { keepConn: true }));
      const answer = await peer.answer(1);
      expect(answer).toMatchObject({
        status: '500 Internal Server Error',
        body: '500 Internal Server Error\n',
        appStatus: 1,
        protocolStatus: 0,
      });
      expect(answer.stdout).not.toContain('secret');
      expect(answer.stderr).toContain(SECRET);
      expect(answer.stderr.endsWith('\n')).toBe(true);
      expect(errors).toHaveLength(1);
      expect(String(errors[0]!.error)).toContain(SECRET);
      expect(errors[0]!.request?.requestId).toBe(1);
      // The process and the connection live.
      peer.send(request(2, { keepConn: true }));
      await peer.answer(2);
      expect(server.stats()).toMatchObject({ activeRequests: 0, connections: 1 });
    },
  );
});

describe('a handler that fails before it has answered', () => {
  test('gives no body to HEAD', async () => {
    const { connect } = await start({ responder: () => Promise.reject(new Error('no')) });
    const peer = await connect();
    peer.send(request(1, { params: { ...GET, REQUEST_METHOD: 'HEAD' } }));
    expect(await peer.answer(1)).toMatchObject({ status: '500 Internal Server Error', body: '' });
  });

  test('but after it has written to STDERR sends that too, in its order', async () => {
    const { connect } = await start({
      responder: ({ stderr }) => {
        stderr.write('first line\nand a half');
        throw new Error('then this');
      },
    });
    const peer = await connect();
    peer.send(request(1));
    expect((await peer.answer(1)).stderr).toMatch(/^first line\nand a half\n?Error: then this\n/);
  });

  test('in the middle of a head has answered nothing: the head is thrown away', async () => {
    const { connect } = await start({
      responder: async ({ stdout }) => {
        stdout.write('Status: 200\r\nX-Secret: yes\r\n');
        await nextTurn();
        throw new Error('before the blank line');
      },
    });
    const peer = await connect();
    peer.send(request(1));
    const answer = await peer.answer(1);
    expect(answer.status).toBe('500 Internal Server Error');
    expect(answer.stdout).not.toContain('X-Secret');
  });

  const oddities: ReadonlyArray<readonly [string, () => unknown]> = [
    ['undefined', () => undefined],
    ['null', () => null],
    ['a symbol', () => Symbol('odd')],
    ['an object without a prototype', () => Object.create(null)],
    [
      'an object whose text cannot be had',
      () => ({
        toString: () => {
          throw new Error('no text');
        },
      }),
    ],
    ['an error without a stack', () => Object.assign(new Error('no stack'), { stack: undefined })],
    ['an error whose stack is a symbol', () => Object.assign(new Error('odd'), { stack: Symbol('stack') })],
    [
      'an error whose stack cannot be had',
      () =>
        Object.defineProperty(new Error('odd'), 'stack', {
          get: () => {
            throw new Error('no stack');
          },
        }),
    ],
    [
      'a revoked proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
  ];

  test.each(oddities)('with %s is answered like any other', async (_, make) => {
    for (const responder of [
      () => {
        throw make();
      },
      () => Promise.reject(make()),
      fromNodeListener(() => {
        throw make();
      }),
    ]) {
      const { connect } = await start({ responder });
      const peer = await connect();
      peer.send(request(1));
      expect(await peer.answer(1)).toMatchObject({ status: '500 Internal Server Error' });
    }
  });
});

/** Handlers that fail after the web server has seen the beginning of their answer. */
const breaks: ReadonlyArray<readonly [string, FcgiRequestHandler]> = [
  [
    'throws',
    async ({ stdout }) => {
      stdout.write(`${HEAD}begun`);
      await settle();
      throw new Error(SECRET);
    },
  ],
  [
    'is a listener that rejects',
    fromNodeListener(async (_, res) => {
      await new Promise((resolve) => res.write('begun', resolve));
      throw new Error(SECRET);
    }),
  ],
  [
    'is a listener that destroys its response',
    fromNodeListener(async (_, res) => {
      await new Promise((resolve) => res.write('begun', resolve));
      res.destroy(new Error(SECRET));
    }),
  ],
];

describe.each(breaks)('a handler that %s in the middle of its answer', (_, responder) => {
  test('alone on its connection takes it with it, so that the web server notices', async () => {
    const { connect, errors, server } = await start({ responder });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    const [answer] = peer.answers(1);
    expect(answer!.body).toBe('begun');
    expect(answer!.stderr).toContain(SECRET);
    expect(peer.ends(1)).toBe(0);
    // Eight zero bytes: nginx takes a bare end of the connection for the end of the answer.
    expect([...peer.rest]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(errors).toHaveLength(1);
    peer.finish();
    await expect.poll(() => server.stats()).toMatchObject({ activeRequests: 0, connections: 0 });
  });

  test('beside others ends with an appStatus, and the others go on', async () => {
    const neighbours: FcgiRequest[] = [];
    const { connect } = await start({
      responder: (each) => {
        if (each.requestId === 1) return responder(each);
        neighbours.push(each);
        return new Promise(() => {});
      },
    });
    const peer = await connect();
    peer.send(request(2, { keepConn: true }), request(1, { keepConn: true }));
    expect(await peer.answer(1)).toMatchObject({ body: 'begun', appStatus: 1, protocolStatus: 0 });
    neighbours[0]!.stdout.write(`${HEAD}unharmed`);
    await peer.until(() => peer.stdout(2).includes('unharmed'), 'the answer of the neighbour');
    expect(neighbours[0]!.aborted).toBe(false);
  });
});

test.each<[string, FcgiRequestHandler]>([
  [
    'a handler that throws',
    async ({ stdout }) => {
      await new Promise((resolve) => stdout.write(`${HEAD}begun`, resolve));
      throw new Error(SECRET);
    },
  ],
  [
    'a listener that throws',
    fromNodeListener((_, res) => {
      res.write('begun');
      throw new Error(SECRET);
    }),
  ],
  [
    'a listener that destroys its response',
    fromNodeListener((_, res) => {
      res.write('begun');
      res.destroy(new Error(SECRET));
    }),
  ],
  [
    'a listener whose answer is shorter than its Content-Length',
    fromNodeListener((_, res) => {
      res.writeHead(200, { 'Content-Length': 10 });
      res.end('begun');
    }),
  ],
  [
    'a fetch handler whose body fails',
    fromFetchHandler(() => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from('begun')),
        pull: (controller) => controller.error(new Error(SECRET)),
      });
      return new Response(body);
    }),
  ],
])('%s before anything of its answer has left is answered with 500 alone', async (_, responder) => {
  const { connect, errors } = await start({ responder });
  const peer = await connect();
  peer.send(request(1, { keepConn: true }));
  const answer = await peer.answer(1);
  expect(answer).toMatchObject({ status: '500 Internal Server Error', appStatus: 1 });
  expect(answer.body).toBe('500 Internal Server Error\n');
  expect(errors).toHaveLength(1);
  // The connection goes on.
  peer.send(request(1, { keepConn: true }));
  await peer.answer(1, 2);
});

describe('a failure after the answer', () => {
  test('of a listener is told, and changes nothing', async () => {
    const { connect, errors } = await start({
      responder: fromNodeListener(async (_, res) => {
        res.end('done');
        await nextTurn();
        throw new Error('too late');
      }),
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    expect(await peer.answer(1)).toMatchObject({ status: '200 OK', body: 'done', appStatus: 0 });
    await expect.poll(() => errors.length).toBe(1);
    peer.send(request(1, { keepConn: true }));
    expect(await peer.answer(1, 2)).toMatchObject({ status: '200 OK', body: 'done' });
  });

  test('of a raw handler, whose answer is complete only when it returns, breaks the answer off', async () => {
    const { connect } = await start({
      responder: async ({ stdout }) => {
        stdout.end(`${HEAD}done`);
        await settle();
        throw new Error('too late');
      },
    });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }));
    await peer.ended();
    expect(peer.ends(1)).toBe(0);
  });
});

describe('onError', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('onError itself');
      },
    ],
    ['rejects', () => Promise.reject(new Error('onError itself'))],
  ])('that %s harms nobody, and is told on the error output of the process', async (_, onError) => {
    errorOutput.lines.length = 0;
    const { connect } = await start({ responder: () => Promise.reject(new Error('first')), onError });
    const peer = await connect();
    peer.send(request(1, { keepConn: true }), request(2, { keepConn: true }));
    expect(await peer.answer(1)).toMatchObject({ status: '500 Internal Server Error' });
    expect(await peer.answer(2)).toMatchObject({ status: '500 Internal Server Error' });
    await expect.poll(() => errorOutput.lines.join('')).toContain('onError itself');
  });

  test('by default is a line on the error output of the process', async () => {
    errorOutput.lines.length = 0;
    const server = createServer({ responder: () => Promise.reject(new Error('what happened')) });
    const [ours, theirs] = duplexPair();
    server.accept(theirs);
    const peer = new Peer(ours);
    peer.send(request(1));
    await peer.answer(1);
    peer.finish();
    await server.close();
    expect(errorOutput.lines.join('')).toMatch(/^fcgi-js: .*what happened/);
  });

  test('gets errors of handlers with their request, and those of connections without', async () => {
    const { connect, errors } = await start({ responder: () => Promise.reject(new Error('handler')) });
    const peer = await connect();
    peer.send(request(7, { keepConn: true }));
    await peer.answer(7);
    peer.send([9, 9, 9, 9, 9, 9, 9, 9]);
    await peer.ended();
    expect(errors.map(({ request: about }) => about?.requestId)).toEqual([7, undefined]);
  });
});
