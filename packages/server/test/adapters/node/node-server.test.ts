import diagnostics from 'node:diagnostics_channel';
import http, { IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { fromNodeListener } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Ask, overFastCgi, overHttp } from '../../support/both-ways.ts';
import { start } from '../../support/harness.ts';
import { GET, request } from '../../support/wire.ts';

/** What a program sees, in order. */
type Log = (...seen: unknown[]) => void;

class OwnRequest extends IncomingMessage {
  readonly own = 'request';
}

class OwnResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly own = 'response';
}

const ok: RequestListener = (_req, res) => void res.end('ok');

const programs: Record<string, (log: Log) => Server> = {
  'with classes of its own': (log) =>
    http.createServer({ IncomingMessage: OwnRequest, ServerResponse: OwnResponse }, (req, res) => {
      log(req.own, res.own, req instanceof OwnRequest, res instanceof OwnResponse, res.req === req);
      res.end();
    }),
  'with unique headers': (log) =>
    http.createServer({ uniqueHeaders: ['x-list'] }, (_req, res) => {
      res.setHeader('X-List', ['a', 'b']);
      log(res.getHeader('X-List'));
      res.end();
    }),
  'that rejects a body where there is none': (log) =>
    http.createServer({ rejectNonStandardBodyWrites: true }, (_req, res) => {
      res.writeHead(304);
      try {
        res.end('body');
      } catch (error) {
        log((error as { code?: string }).code);
        res.end();
      }
    }),
  'whose connections are watched': (log) => {
    const server = http.createServer((req, res) => {
      log('request', Reflect.get(req.socket, 'mark'), Reflect.get(req.socket, 'server') === server);
      res.end();
    });
    server.once('connection', (socket: Socket) => log('once', socket.writable));
    server.on('connection', (socket: Socket) => {
      log('connection', 'encrypted' in socket);
      Reflect.set(socket, 'mark', 1);
      socket.on('close', () => log('closed'));
    });
    return server;
  },
  'that monitoring subscribes to': (log) => {
    const server = http.createServer((_req, res) => {
      log('request');
      res.end();
    });
    // That of the middle is new in Node 22, and does not tell the server.
    for (const name of ['request.start', 'response.created', 'response.finish']) {
      const channel = `http.server.${name}`;
      const tell = (message: unknown) => {
        const given = message as Record<string, unknown>;
        const { socket } = given['request'] as IncomingMessage;
        if (Reflect.get(socket, 'server') === server) log(name, Object.keys(given));
      };
      diagnostics.subscribe(channel, tell);
      onTestFinished(() => void diagnostics.unsubscribe(channel, tell));
    }
    return server;
  },
  'whose emit() is wrapped, as monitoring does it': (log) => {
    const server = http.createServer(ok);
    const { emit } = server;
    server.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event === 'request') log('wrapped', args.length);
      return Reflect.apply(emit, server, [event, ...args]);
    };
    return server;
  },
  'with a time-out': (log) => {
    const server = http.createServer(() => {});
    server.setTimeout(20, (socket) => {
      const response: ServerResponse | null | undefined = Reflect.get(socket, '_httpMessage');
      // On a busy machine it comes before the request as well, and would come again before the answer has left.
      if (!response) return;
      socket.setTimeout(0);
      log('timeout', server.timeout);
      response.writeHead(503).end();
    });
    return server;
  },
};

/** Programs for requests that are not a bare GET. */
const awaited: Record<string, { ask: Ask; program: (log: Log) => Server }> = {
  'that checks whether to continue': {
    ask: { body: 'abc', headers: { Expect: '100-continue' } },
    program: (log) => {
      const server = http.createServer(ok);
      return server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
        log('checkContinue', server.listenerCount('request'));
        res.writeContinue();
        req.resume().on('end', () => res.end('continued'));
      });
    },
  },
  'that checks another expectation': {
    ask: { headers: { Expect: 'miracles' } },
    program: (log) =>
      http.createServer(ok).on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
        log('checkExpectation');
        res.writeHead(417).end('none');
      }),
  },
  'that does not check whether to continue': {
    ask: { body: 'abc', headers: { Expect: '100-continue' } },
    program: (log) =>
      http.createServer((req, res) => {
        log(req.headers.expect, req.rawHeaders.includes('Expect'), req.headersDistinct['expect']);
        req.pipe(res);
      }),
  },
  'that does not know an expectation': {
    ask: { headers: { Expect: 'miracles' } },
    program: (log) => http.createServer((req) => log(req.headers.expect)),
  },
  'of an expectation among others': {
    ask: { headers: { Expect: 'miracles, 100-Continue' } },
    program: (log) =>
      http.createServer((req, res) => {
        log(req.headers.expect);
        res.end('both');
      }),
  },
  'with a time for requests': {
    ask: { body: 'abc', length: 10 },
    program: (log) =>
      http.createServer(
        { connectionsCheckingInterval: 10, headersTimeout: 30, requestTimeout: 30 },
        (req) => {
          req.resume().on('error', (error: Error & { code?: string }) => log(error.code, error.message));
        },
      ),
  },
  'that answers when the time for a request is over': {
    ask: { body: 'abc', length: 10 },
    program: (log) =>
      http
        .createServer({ connectionsCheckingInterval: 10, headersTimeout: 30, requestTimeout: 30 }, () => {})
        .once('clientError', (error: Error & { code?: string }, socket: Socket) => {
          log(error.code, error.message, socket.writable);
          socket.end('HTTP/1.1 408 Late\r\nConnection: close\r\n\r\nlate');
        }),
  },
};

describe('a server of node:http', () => {
  test.each(Object.entries(programs))(
    '%s does with FastCGI what it does with HTTP',
    async (_name, program) => {
      const runs: Array<{ seen: unknown[][]; status: unknown }> = [];
      for (const send of [overHttp, overFastCgi]) {
        const seen: unknown[][] = [];
        const server = program((...values) => seen.push(values));
        const { status } = await send(server);
        // `close` of the connection comes after the answer.
        await expect.poll(() => seen.length).toBe(runs[0]?.seen.length ?? seen.length);
        runs.push({ seen, status });
      }
      expect(runs[1]).toEqual(runs[0]);
    },
  );

  test.each(Object.entries(awaited))(
    '%s does with FastCGI what it does with HTTP',
    async (_name, { ask, program }) => {
      const runs = [];
      for (const send of [overHttp, overFastCgi]) {
        const seen: unknown[][] = [];
        const got = await send(
          program((...values) => seen.push(values)),
          ask,
        );
        runs.push({ got: got.status === 408 ? 408 : got, seen });
      }
      expect(runs[1]).toEqual(runs[0]);
    },
  );

  test('that waits for an expectation gets other requests as they are', async () => {
    const seen: string[] = [];
    const server = http.createServer((_req, res) => {
      seen.push('request');
      res.end();
    });
    const ask = { body: 'abc', headers: { Expect: '100-continue' } };
    await overFastCgi(server, ask);
    server.on('checkContinue', (_req, res: ServerResponse) => {
      seen.push('checkContinue');
      res.end();
    });
    await overFastCgi(server, ask);
    await overFastCgi(server, { headers: { Expect: '' } });
    expect(seen).toEqual(['request', 'checkContinue', 'request']);
  });

  test('does not look at the expectation of a request of HTTP/1.0, and checks one of HTTP/2 as any other', async () => {
    const server = http.createServer((req, res) => res.end(req.headers.expect));
    const { connect } = await start({ responder: fromNodeListener(server) });
    const answers = [];
    for (const SERVER_PROTOCOL of ['HTTP/1.0', 'HTTP/2.0']) {
      const peer = await connect();
      peer.send(request(1, { params: { ...GET, HTTP_EXPECT: 'miracles', SERVER_PROTOCOL } }));
      const { body, status = '200' } = await peer.answer(1);
      answers.push([status, body]);
    }
    expect(answers).toEqual([
      ['200 OK', 'miracles'],
      ['417 Expectation Failed', ''],
    ]);
  });

  test('that has HTTPS tells of its connections without reading TLS from them', async () => {
    const told: string[] = [];
    const server = https.createServer({}, ok);
    server.on('connection', () => told.push('connection'));
    server.on('secureConnection', () => told.push('secureConnection'));
    const { connect } = await start({ responder: fromNodeListener(server) });
    const peer = await connect();
    peer.send(request(1, { params: { ...GET, HTTPS: 'on' } }));
    expect((await peer.answer(1)).body).toBe('ok');
    expect(told).toEqual(['connection', 'secureConnection']);
  });

  test('is what a listener gets around it, for monitoring as for any other', async () => {
    const servers: unknown[] = [];
    const tell = (message: unknown) => servers.push((message as { server: unknown }).server);
    diagnostics.subscribe('http.server.request.start', tell);
    onTestFinished(() => void diagnostics.unsubscribe('http.server.request.start', tell));
    let seen: unknown;
    const { connect } = await start({
      responder: fromNodeListener((req, res) => {
        seen = Reflect.get(req.socket, 'server');
        res.end();
      }),
    });
    const peer = await connect();
    peer.send(request(1));
    await peer.answer(1);
    expect(seen).toBeInstanceOf(http.Server);
    expect(servers).toEqual([seen]);
  });
});

test('what is neither a function nor a server of node:http is refused', () => {
  for (const value of [undefined, {}, { on() {}, emit() {} }, 'app']) {
    expect(() => fromNodeListener(value as never)).toThrow(TypeError);
  }
});
