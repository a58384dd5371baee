import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';
import { watch } from '../../src/frameworks/recorder.ts';

const TIMEOUT = 20;
/** Put off by pieces that come in a fifth of it: even a busy machine is not late by all the rest. */
const PUT_OFF = 1_000;

differentialActions('A time-out', {
  'of the response is told to its listener, which decides': {
    does: ({ note, res }) => {
      res.setTimeout(TIMEOUT, () => {
        note(['timeout', res.destroyed]);
        res.statusCode = 503;
        res.end('too slow');
      });
    },
    expect: { status: '503 Service Unavailable', body: 'too slow' },
  },
  'of a response without a listener destroys it': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      res.setTimeout(TIMEOUT);
    },
    expect: { complete: false },
    reports: ['FCGI_HANDLER_FAILED'],
    order: 'each',
  },
  'of a request is told to its listener, which decides': {
    ask: async (side) => {
      const peer = await side.open({ contentLength: 3 });
      return [await peer.answer];
    },
    does: ({ note, req, res }) => {
      req.setTimeout(TIMEOUT, () => {
        note('timeout');
        res.writeHead(408, { Connection: 'close' }).end('too slow');
      });
      req.resume();
    },
    expect: { status: '408 Request Timeout', body: 'too slow' },
  },
  'of a request that is complete is none of its business': {
    does: ({ note, req }) => {
      req.setTimeout(TIMEOUT, () => note('timeout of the request'));
      req.resume();
    },
    expect: ({ answers, notes }) => {
      expect(answers[0]?.complete).toBe(false);
      expect(notes).not.toContain('timeout of the request');
    },
    reports: ['FCGI_HANDLER_FAILED'],
  },
  'is told to request and response alike': {
    ask: async (side) => {
      const peer = await side.open({ contentLength: 3 });
      return [await peer.answer];
    },
    does: ({ note, req, res }) => {
      req.on('timeout', (socket) => note(['request', socket === req.socket]));
      res.on('timeout', (socket) => {
        note(['response', socket === req.socket]);
        res.end('both');
      });
      req.resume();
      req.socket.setTimeout(TIMEOUT);
    },
    expect: ({ notes }) =>
      expect(notes.slice(0, 2)).toEqual([
        ['request', true],
        ['response', true],
      ]),
  },
  'of the socket destroys it although the socket has a listener': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      req.socket.setTimeout(TIMEOUT, () => note('timeout of the socket'));
    },
    expect: ({ answers, notes }) => {
      expect(answers[0]?.complete).toBe(false);
      expect(notes).toContain('timeout of the socket');
    },
    reports: ['FCGI_HANDLER_FAILED'],
    order: 'each',
  },
  'is put off by what is written': {
    does: async ({ note, res }) => {
      res.setTimeout(PUT_OFF, () => note('timeout'));
      for (let piece = 0; piece < 8; piece += 1) {
        res.write('piece ');
        await delay(PUT_OFF / 5);
      }
      res.end();
    },
    expect: ({ answers, notes }) => {
      expect(answers[0]?.body).toBe('piece '.repeat(8));
      expect(notes).toEqual([]);
    },
  },
  'is put off by what comes': {
    ask: async (side) => {
      const peer = await side.open({ contentLength: 8 });
      for (let piece = 0; piece < 8; piece += 1) {
        peer.send('x');
        await delay(PUT_OFF / 5);
      }
      peer.endBody();
      return [await peer.answer];
    },
    does: ({ note, req, res }) => {
      req.setTimeout(PUT_OFF, () => note('timeout'));
      req.resume().on('end', () => res.end('in time'));
    },
    expect: { body: 'in time' },
  },
  'is taken back': {
    does: async ({ note, res }) => {
      res.setTimeout(TIMEOUT, () => note('timeout'));
      res.setTimeout(0);
      await delay(TIMEOUT * 2);
      res.end('in time');
    },
    expect: { body: 'in time' },
  },
});
