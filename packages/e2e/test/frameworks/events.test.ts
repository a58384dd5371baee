import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { differential } from '../../src/frameworks/differential.ts';
import { watch } from '../../src/frameworks/recorder.ts';
import { patternBytes } from '../../src/pattern.ts';

/** One behaviour for each path. */
const application: MakeApplication =
  ({ note }) =>
  async (req, res) => {
    watch(note, req, res);
    const size = (chunk: Buffer) => note(['data', chunk.length]);
    note(['complete', req.complete]);
    switch (req.url) {
      case '/now':
        res.end('now');
        note('returned');
        break;
      case '/nothing':
        res.end();
        break;
      case '/later':
        await delay(10);
        note(['complete later', req.complete, req.readableLength]);
        res.end('later');
        break;
      case '/two-writes':
        res.write('one ');
        res.write('two ');
        res.end('three');
        break;
      case '/slow-writes':
        res.write('one ');
        await delay(10);
        res.write('two ');
        await delay(10);
        res.end('three');
        break;
      case '/flush':
        res.flushHeaders();
        note(['headersSent', res.headersSent]);
        await delay(10);
        res.end('flushed');
        break;
      case '/echo':
        req.pipe(res);
        break;
      case '/read-then-answer':
        req.on('data', size).on('end', () => res.end('read'));
        break;
      case '/read-and-answer-early':
        req.on('data', size);
        res.end('early');
        break;
      case '/readable':
        req.on('readable', () => {
          for (let chunk = req.read(); chunk !== null; chunk = req.read()) size(chunk);
        });
        req.on('end', () => res.end('read'));
        break;
      case '/iterate':
        for await (const chunk of req) size(chunk);
        note(['complete after', req.complete, req.readableEnded, req.destroyed]);
        res.end('iterated');
        break;
      case '/encoding':
        req.setEncoding('utf8');
        req.on('data', (text) => note(['text', text])).on('end', () => res.end());
        break;
      case '/end-twice':
        res.end('once', () => note('end callback'));
        res.end(() => note('second end callback'));
        break;
      case '/callbacks':
        res.write('a', () => note('write callback'));
        res.end('b', () => note('end callback'));
        break;
    }
  };

const seen =
  (...wanted: unknown[]) =>
  ({ notes }: { notes: readonly unknown[] }) =>
    expect(notes).toEqual(expect.arrayContaining(wanted));
const everything = seen('req end', 'req close', 'res finish', 'res close');

differential('The events of a request', application, {
  'come in order for an answer at once': { run: { path: '/now' }, expect: everything },
  'come in order for an answer without a body': { run: { path: '/nothing' }, expect: everything },
  'come in order for a late answer': { run: { path: '/later' }, expect: everything },
  'come in order for an answer of several writes': { run: { path: '/two-writes' }, expect: everything },
  'come in order for an answer with pauses': { run: { path: '/slow-writes' }, expect: everything },
  'come in order for a head that is flushed': { run: { path: '/flush' }, expect: everything },
  'come in order for a body that is piped back': {
    run: { path: '/echo', body: 'there and back' },
    expect: { body: 'there and back' },
  },
  'come in order for a body that is read before the answer': {
    run: { path: '/read-then-answer', body: 'abc' },
    expect: seen(['data', 3], 'req end'),
  },
  'come in order for an empty body that is read': {
    run: { path: '/read-then-answer', method: 'POST', contentLength: 0, body: '' },
    expect: everything,
  },
  'come in order for a body that comes in parts': {
    run: async (side) => {
      const peer = await side.open({ path: '/read-then-answer', contentLength: 6 });
      peer.send('abc');
      await side.recorder.until(['data', 3]);
      peer.send('de');
      await side.recorder.until(['data', 2]);
      peer.send('f');
      peer.endBody();
      return [await peer.answer];
    },
    expect: seen(['data', 3], ['data', 2], ['data', 1], 'req end'),
  },
  'come in order for a body of unknown length': {
    run: async (side) => {
      const peer = await side.open({ path: '/read-then-answer', chunked: true });
      peer.send('abc');
      await side.recorder.until(['data', 3]);
      peer.endBody();
      return [await peer.answer];
    },
    expect: seen(['data', 3], 'req end'),
  },
  'come in order for a small body that nobody reads': {
    run: { path: '/now', body: 'ignored' },
    expect: everything,
    order: 'each',
  },
  'come in order for a small body that nobody reads before a late answer': {
    run: { path: '/later', body: 'ignored' },
    expect: seen('req end', 'req close', ['complete later', true, 7]),
  },
  'come in order for a body that is still read after the answer': {
    run: { path: '/read-and-answer-early', body: 'whole' },
    expect: seen(['data', 5], 'req end', 'res finish'),
    order: 'each',
  },
  'come in order for a body that is read when readable': {
    run: { path: '/readable', body: 'abcd' },
    expect: seen(['data', 4]),
  },
  'come in order for a body that is iterated over': {
    run: { path: '/iterate', body: 'abcde' },
    expect: seen(['data', 5], ['complete after', true, true, true]),
  },
  'come in order for a body that is read as text': {
    run: { path: '/encoding', body: 'žluťoučký' },
    expect: seen(['text', 'žluťoučký']),
  },
  'come in order for an answer that is ended twice': { run: { path: '/end-twice' }, expect: everything },
  'come in order beside the callbacks of write and end': {
    run: { path: '/callbacks' },
    expect: seen('write callback', 'end callback'),
  },
  'come in order for HEAD': { run: { path: '/now', method: 'HEAD' }, expect: everything },
  'come in order for requests one after the other': {
    run: [{ path: '/now' }, { path: '/read-then-answer', body: 'x' }, { path: '/later' }],
    expect: everything,
  },
  'come in order over HTTP/1.0': { run: { path: '/now', version: '1.0' }, expect: everything },
  'come in order for a large body that is piped back': {
    run: { path: '/echo', body: patternBytes(700_000) },
    expect: ({ answers }) => expect(answers[0]?.body).toHaveLength(700_000),
    order: 'each',
  },
});
