import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { overFastCgi, overHttp } from '../../support/both-ways.ts';
import { start } from '../../support/harness.ts';
import { GET, request } from '../../support/wire.ts';

/** An application that uses the socket of its response. */
type ByHand = (socket: Socket, res: ServerResponse, req: IncomingMessage) => void;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n';

/** Answers that are written to the socket itself, as HTTP/1.1. */
const whole: Record<string, ByHand> = {
  'at once': (socket) => socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nhi'),
  'with neither fields nor a body': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'as bytes': (socket) => socket.end(Buffer.from(`${HEAD}hi`)),
  'in pieces': (socket) => {
    for (const character of `${HEAD}hi`) socket.write(character);
    socket.end();
  },
  'over several turns of the event loop': (socket) => {
    socket.write(HEAD);
    setImmediate(() => socket.write('h', () => socket.end('i')));
  },
  'in chunks': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'),
  'and then destroyed soon': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    Reflect.get(socket, 'destroySoon').call(socket);
  },
  'after the response has let go of it': (socket, res) => {
    res.detachSocket(socket);
    socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  },
  'beside a response that was begun': (socket, res) => {
    res.writeHead(200, { 'Content-Length': 4 });
    res.write('ab');
    socket.end('cd');
  },
  'with a callback': (socket) => {
    socket.write(HEAD);
    socket.end('hi', () => socket.emit('told'));
  },
};

describe('an answer that is written to the socket', () => {
  test.each(Object.entries(whole))('%s is the answer, as with HTTP', async (_name, answer) => {
    const runs: Array<{ body: string; seen: unknown[]; status: number }> = [];
    for (const send of [overHttp, overFastCgi]) {
      const seen: unknown[] = [];
      const server = http.createServer((req, res) => {
        const { socket } = req;
        socket.on('told', () => seen.push('told'));
        res.on('finish', () => seen.push('finish'));
        answer(socket, res, req);
      });
      const { body, status } = await send(server);
      // The events of the socket may come after the answer.
      await expect.poll(() => seen).toEqual(runs[0]?.seen ?? seen);
      runs.push({ body, seen, status });
    }
    expect(runs[1]).toEqual(runs[0]);
  });

  test.each<[string, ByHand]>([
    ['before its head', (socket) => socket.end()],
    ['in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ['in its body', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi')],
    ['between chunks', (_socket, res) => res.write('x', () => res.socket?.end())],
  ])('and ends %s is a failure', async (_name, answer) => {
    const { codes, connect } = await start({
      responder: fromNodeListener((req, res) => answer(req.socket, res, req)),
    });
    const peer = await connect();
    peer.send(request(1, { params: { ...GET, HTTP_HOST: 'example.org' } }));
    await expect.poll(codes).toContain('FCGI_HANDLER_FAILED');
  });
});
