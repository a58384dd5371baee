import { IncomingMessage, OutgoingMessage, Server, ServerResponse } from 'node:http';
import { Readable, Stream } from 'node:stream';
import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';

/** A member of a socket that the type definitions do not have, or only for some sockets. */
const member = (socket: object, name: string): unknown => Reflect.get(socket, name);

differentialActions('The socket of a request', {
  'tells both ends of the connection': {
    does: ({ note, req, res }) => {
      const { remoteAddress, remotePort, remoteFamily, localAddress, localPort } = req.socket;
      note({ remoteAddress, remotePort, remoteFamily, localAddress, localPort });
      note(member(req.socket, 'localFamily'));
      note(req.socket.address());
      res.end();
    },
    expect: ({ notes }) =>
      expect(notes[0]).toMatchObject({ remoteAddress: '127.0.0.1', remoteFamily: 'IPv4' }),
  },
  'has nothing of TLS where the browser does not use it': {
    does: ({ note, req, res }) => {
      for (const name of [
        'encrypted',
        'authorized',
        'getPeerCertificate',
        'getCipher',
        'alpnProtocol',
        'servername',
      ]) {
        note([name, Boolean(member(req.socket, name))]);
      }
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual(['encrypted', false]),
  },
  'tells its state': {
    does: async ({ note, req, res }) => {
      const { socket } = req;
      const { connecting, destroyed, pending, readable, readyState, timeout, writable } = socket;
      note({ connecting, destroyed, pending, readable, readyState, writable, timeout: timeout ?? 0 });
      note([socket.readableHighWaterMark, socket.writableHighWaterMark]);
      note([socket.writableEnded, socket.writableFinished, socket.writableCorked, socket.writableNeedDrain]);
      note([
        socket.writableLength,
        socket.writableObjectMode,
        socket.readableObjectMode,
        socket.readableEnded,
      ]);
      note([socket.closed, socket.errored, socket.allowHalfOpen, member(socket, '_httpMessage') === res]);
      note([typeof socket.bytesRead, typeof socket.bytesWritten]);
      res.end();
    },
    expect: ({ notes }) => expect(notes).toHaveLength(6),
  },
  'has the methods that libraries call, and gives itself back': {
    does: ({ note, req, res }) => {
      const { socket } = req;
      note([
        socket.setKeepAlive(true) === socket,
        socket.setNoDelay(true) === socket,
        socket.setTimeout(0) === socket,
      ]);
      note([
        socket.ref() === socket,
        socket.unref() === socket,
        socket.pause() === socket,
        socket.resume() === socket,
      ]);
      note([socket.cork(), socket.uncork()]);
      note([socket.listenerCount('nothing'), socket.on('nothing', () => undefined) === socket]);
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'is a stream, and the messages are what they should be': {
    does: ({ note, req, res }) => {
      note([req.socket instanceof Stream, req instanceof IncomingMessage, req instanceof Readable]);
      note([res instanceof ServerResponse, res instanceof OutgoingMessage, res instanceof Stream]);
      note([req.constructor.name, res.constructor.name]);
      note([Object.getPrototypeOf(req) === IncomingMessage.prototype]);
      note([Object.getPrototypeOf(res) === ServerResponse.prototype]);
      note([Object.prototype.toString.call(req), Object.prototype.toString.call(res)]);
      res.end();
    },
    expect: ({ notes }) => {
      expect(notes.slice(0, 2)).toEqual([
        [true, true, true],
        [true, true, true],
      ]);
      expect(notes[2]).toEqual(['IncomingMessage', 'ServerResponse']);
    },
  },
  'has a server, on which middleware subscribes to upgrades and keeps what it has made': {
    does: ({ note, req, res }) => {
      const server = member(req.socket, 'server');
      if (!(server instanceof Server)) throw new Error('There is no server.');
      const subscribe = () => server.on('upgrade', () => note('upgrade')).listenerCount('upgrade') > 0;
      note([subscribe(), Reflect.set(server, 'io', 'made'), member(req.socket, 'server') === server]);
      note(member(server, 'io'));
      res.end();
    },
    expect: ({ notes }) => expect(notes.slice(0, 2)).toEqual([[true, true, true], 'made']),
  },
  'closes once, after the response': {
    does: ({ note, req, res }) => {
      req.socket.on('close', (hadError) => note(['socket close', hadError]));
      res.on('finish', () => note('finish'));
      res.end('body');
    },
    expect: ({ notes }) => expect(notes.slice(0, 2)).toEqual(['finish', ['socket close', false]]),
  },
  'closes once, after it was destroyed': {
    does: ({ note, req, res }) => {
      req.socket.on('close', () => note('socket close'));
      res.on('close', () => note('res close'));
      res.flushHeaders();
      setTimeout(() => {
        req.socket.destroy();
        req.socket.destroy();
        note([
          req.socket.destroyed,
          res.destroyed,
          req.destroyed,
          req.socket.writable,
          req.socket.readyState,
        ]);
      }, 5);
    },
    expect: ({ notes }) => expect(notes.filter((note) => note === 'socket close')).toHaveLength(1),
    reports: ['FCGI_HANDLER_FAILED'],
  },
  'ends the answer where it is ended by the application': {
    does: ({ req, res }) => {
      res.writeHead(200, { 'Content-Length': 4 });
      res.write('body');
      res.end();
      req.socket.end();
    },
    expect: { body: 'body' },
  },
});
