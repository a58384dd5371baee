import { once } from 'node:events';
import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';
import { watch } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

const BIG = 3_000_000;

/** What an application can see of its response. */
function state(res: import('node:http').ServerResponse): unknown {
  const { closed, destroyed, errored, finished, headersSent, writable, writableEnded, writableFinished } =
    res;
  const {
    writableCorked,
    writableNeedDrain,
    writableObjectMode,
    chunkedEncoding,
    sendDate,
    strictContentLength,
  } = res;
  return {
    ...{ closed, destroyed, errored, finished, headersSent, writable, writableEnded, writableFinished },
    ...{
      writableCorked,
      writableNeedDrain,
      writableObjectMode,
      chunkedEncoding,
      sendDate,
      strictContentLength,
    },
  };
}

differentialActions('The body of a response', {
  'is text in any encoding': {
    does: ({ res }) => {
      res.write('utf8: \u017elu\u0165; ');
      res.write('latin1: \xe9; ', 'latin1');
      res.write('626173653a20', 'hex');
      res.end('YmFzZTY0', 'base64');
    },
    expect: { body: 'utf8: \xc5\xbelu\xc5\xa5; latin1: \xe9; base: base64' },
  },
  'is bytes': {
    does: ({ res }) => {
      res.write(Buffer.from([0, 255, 10, 13]));
      res.end(new Uint8Array([128, 0]));
    },
    expect: { body: '\x00\xff\n\r\x80\x00' },
  },
  'is text of several bytes a character and has the right length': {
    does: ({ res }) => res.end('\u{1f600}\u{1f600}'),
    expect: { headers: expect.arrayContaining(['Content-Length: 8']) },
  },
  'is empty where empty pieces are written': {
    does: ({ res }) => {
      res.write('');
      res.write(Buffer.alloc(0));
      res.end('');
    },
    expect: { body: '', complete: true },
  },
  'is large in one piece': {
    does: ({ res }) => res.end(patternBytes(BIG)),
    expect: ({ answers }) =>
      expect(sha256(Buffer.from(answers[0]?.body ?? '', 'latin1'))).toBe(sha256(patternBytes(BIG))),
  },
  'is large in many pieces, with all of them written at once': {
    does: ({ res }) => {
      for (let piece = 0; piece < 500; piece += 1) res.write(`${piece} `.repeat(100));
      res.end();
    },
    expect: { complete: true },
  },
  'stops and goes on as the browser reads': {
    ask: async (side) => {
      const peer = await side.open({});
      await peer.head();
      peer.pause();
      await side.recorder.until('waiting for drain');
      peer.resume();
      return [await peer.answer];
    },
    does: async ({ note, req, res }) => {
      watch(note, req, res);
      res.flushHeaders();
      let written = 0;
      const piece = patternBytes(50_000);
      while (res.write(piece)) {
        written += piece.length;
        if (written > 20_000_000) throw new Error('write() never gave false');
        await new Promise((resolve) => setImmediate(resolve));
      }
      note('waiting for drain');
      note(res.writableNeedDrain);
      await once(res, 'drain');
      note(res.writableNeedDrain);
      note(res.writableLength);
      res.end();
    },
    // How much fits into the sockets is chance.
    expect: ({ answers, notes }) => {
      expect(answers[0]?.complete).toBe(true);
      expect(notes.slice(0, 5)).toEqual(['waiting for drain', true, 'res drain', false, 0]);
    },
    bodies: 'ignored',
  },
  'calls back for each write, in order': {
    does: ({ note, res }) => {
      res.write('a', () => note('a'));
      res.write('b', 'utf8', () => note('b'));
      res.write('', () => note('empty'));
      res.write(Buffer.from('c'), () => note('c'));
      res.end('d', () => note('end'));
      res.on('finish', () => note('finish'));
      res.on('close', () => note('close'));
    },
    expect: ({ notes }) =>
      expect(notes).toEqual(expect.arrayContaining(['a', 'b', 'c', 'end', 'finish', 'close'])),
  },
  'calls back for each write with a Content-Length, in order': {
    does: ({ note, res }) => {
      res.setHeader('Content-Length', 3);
      res.write('a', () => note('a'));
      res.write('b', () => note('b'));
      res.end('c', () => note('end'));
      res.on('finish', () => note('finish'));
    },
    expect: ({ notes }) => expect(notes).toEqual(expect.arrayContaining(['a', 'b', 'finish', 'end'])),
  },
  'can be corked': {
    does: async ({ note, res }) => {
      res.cork();
      note(res.write('one '));
      note(res.writableCorked);
      res.write('two ');
      await new Promise((resolve) => setImmediate(resolve));
      res.uncork();
      note(res.writableCorked);
      res.end('three');
    },
    expect: { body: 'one two three' },
  },
  'can be corked more than once': {
    does: ({ note, res }) => {
      res.cork();
      res.cork();
      res.write('one ');
      res.uncork();
      note(res.writableCorked);
      res.end('two');
    },
    // Some versions of Node lose what is written then.
    expect: { complete: true },
  },
  'is not framed where the application asks for chunks': {
    does: ({ note, res }) => {
      res.setHeader('Transfer-Encoding', 'chunked');
      res.write('one ');
      note(res.chunkedEncoding);
      res.end('two');
    },
    expect: { body: 'one two' },
  },
  'is refused after the end': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      res.end('body');
      note(res.write('more', (error) => note(['callback', error?.name, Reflect.get(error ?? {}, 'code')])));
      res.end('more');
    },
    expect: ({ notes }) => expect(notes).toContainEqual(['res error', 'ERR_STREAM_WRITE_AFTER_END']),
    order: 'none',
  },
  'is refused where it is no text and no bytes': {
    does: ({ attempt, res }) => {
      attempt(() => Reflect.apply(res.write, res, [7]));
      attempt(() => Reflect.apply(res.write, res, [null]));
      attempt(() => Reflect.apply(res.end, res, [{}]));
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'is refused where it is not as long as a strict Content-Length': {
    does: ({ attempt, res }) => {
      res.strictContentLength = true;
      res.setHeader('Content-Length', 4);
      res.flushHeaders();
      attempt(() => res.end('12345').writableEnded);
      res.destroy();
    },
    expect: ({ notes }) => expect(notes).toContainEqual(['thrown', 'ERR_HTTP_CONTENT_LENGTH_MISMATCH']),
    reports: ['FCGI_HANDLER_FAILED'],
  },
  'may be as long as a strict Content-Length': {
    does: ({ res }) => {
      res.strictContentLength = true;
      res.setHeader('Content-Length', 4);
      res.end('1234');
    },
    expect: { body: '1234', complete: true },
  },
  'is told by the state of the response': {
    does: async ({ note, res }) => {
      res.on('finish', () => note(['finish', state(res), res.socket]));
      res.on('close', () => note(['close', state(res), res.socket]));
      note(state(res));
      res.write('a');
      note(state(res));
      await new Promise((resolve) => setImmediate(resolve));
      note(state(res));
      res.end('b');
      note(state(res));
    },
    expect: ({ notes }) => expect(notes).toHaveLength(6),
  },
});

differentialActions('The body of a request', {
  'is large': {
    ask: { body: patternBytes(BIG) },
    does: async ({ req, res }) => {
      const parts: Buffer[] = [];
      for await (const part of req) parts.push(part);
      res.end(sha256(Buffer.concat(parts)));
    },
    expect: { body: sha256(patternBytes(BIG)) },
  },
  'waits for an application that reads slowly': {
    ask: { body: patternBytes(300_000) },
    does: async ({ req, res }) => {
      let length = 0;
      for await (const part of req) {
        length += part.length;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      res.end(String(length));
    },
    expect: { body: '300000' },
  },
  'can be paused and resumed': {
    ask: { body: patternBytes(200_000) },
    does: async ({ note, req, res }) => {
      let length = 0;
      req.on('data', (part) => {
        length += part.length;
        req.pause();
        setTimeout(() => req.resume(), 1);
      });
      await once(req, 'end');
      note([req.complete, req.readableEnded]);
      res.end(String(length));
    },
    expect: { body: '200000' },
  },
  'can be put back': {
    ask: { body: 'abcdef' },
    does: async ({ req, res }) => {
      await once(req, 'readable');
      const head = req.read(2);
      req.unshift(head);
      let text = '';
      for await (const part of req) text += part;
      res.end(text);
    },
    expect: { body: 'abcdef' },
  },
  'can be read piece by piece': {
    ask: { body: 'abcdef' },
    does: async ({ note, req, res }) => {
      await once(req, 'readable');
      note([String(req.read(1)), String(req.read(3)), req.readableLength]);
      req.resume();
      await once(req, 'end');
      res.end();
    },
    expect: ({ notes }) => expect(notes).toContainEqual(['a', 'bcd', 2]),
  },
});
