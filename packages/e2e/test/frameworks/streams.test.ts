import { EventEmitter, once } from 'node:events';
import { finished, PassThrough, pipeline, Readable, Transform } from 'node:stream';
import { finished as finishedPromise, pipeline as pipelinePromise } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import onFinished from 'on-finished';
import getRawBody from 'raw-body';
import typeis from 'type-is';
import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';
import { codeOf, watch } from '../../src/frameworks/recorder.ts';
import { patternBytes, sha256 } from '../../src/pattern.ts';

differentialActions('Streams', {
  'are finished, and say so': {
    ask: { body: 'abc' },
    does: async ({ note, req, res }) => {
      finished(req, (error) => note(['req finished', codeOf(error)]));
      finished(res, (error) => note(['res finished', codeOf(error)]));
      req.resume();
      await delay(5);
      res.end('body');
    },
    expect: ({ notes }) =>
      expect(notes.slice(0, 2)).toEqual([
        ['req finished', 'undefined'],
        ['res finished', 'undefined'],
      ]),
  },
  'are finished, and say so to whoever asks afterwards': {
    ask: { body: 'abc' },
    does: async ({ note, req, res }) => {
      await finishedPromise(req.resume());
      res.end('body');
      await finishedPromise(res);
      await delay(5);
      await Promise.all([finishedPromise(req), finishedPromise(res)]);
      note('both');
    },
    expect: ({ notes }) => expect(notes).toContain('both'),
  },
  'are piped into a response': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      pipeline(Readable.from(['one ', 'two ', 'three']), res, (error) => note(['pipeline', codeOf(error)]));
    },
    expect: { body: 'one two three' },
  },
  'are piped through a response and back': {
    ask: { body: patternBytes(500_000) },
    does: async ({ note, req, res }) => {
      const upside = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
      await pipelinePromise(req, upside, res);
      note([req.destroyed, res.destroyed, res.writableFinished]);
    },
    expect: ({ answers }) =>
      expect(sha256(Buffer.from(answers[0]?.body ?? '', 'latin1'))).toBe(sha256(patternBytes(500_000))),
  },
  'are compressed into a response': {
    does: async ({ res }) => {
      res.setHeader('Content-Encoding', 'gzip');
      await pipelinePromise(Readable.from(['text '.repeat(10_000)]), createGzip(), res);
    },
    expect: { complete: true },
  },
  'that fail destroy the response': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      async function* failing() {
        yield 'one ';
        await delay(5);
        throw Object.assign(new Error('no more'), { code: 'NO_MORE' });
      }
      pipeline(Readable.from(failing()), res, (error) => note(['pipeline', codeOf(error)]));
    },
    expect: ({ answers, notes }) => {
      expect(answers[0]?.complete).toBe(false);
      expect(notes).toContainEqual(['pipeline', 'NO_MORE']);
    },
    reports: ['NO_MORE'],
    order: 'each',
  },
  'are piped with pipe() after a drain': {
    ask: async (side) => {
      const peer = await side.open({});
      await peer.head();
      peer.pause();
      await side.recorder.until('full');
      peer.resume();
      return [await peer.answer];
    },
    does: async ({ note, res }) => {
      res.flushHeaders();
      let length = 0;
      while (res.write('x'.repeat(50_000)) && length < 20_000_000) {
        length += 50_000;
        await new Promise((resolve) => setImmediate(resolve));
      }
      note('full');
      await once(res, 'drain');
      Readable.from(['the ', 'end']).pipe(res);
    },
    expect: { complete: true },
    bodies: 'ignored',
  },
  'tell on-finished when the response is sent': {
    does: async ({ note, req, res }) => {
      note([onFinished.isFinished(req), onFinished.isFinished(res)]);
      onFinished(res, (error, message) => note(['res', codeOf(error), message === res]));
      onFinished(req, (error, message) => note(['req', codeOf(error), message === req]));
      await delay(5);
      note([onFinished.isFinished(req), onFinished.isFinished(res)]);
      res.end('body');
      await once(res, 'close');
      note([onFinished.isFinished(req), onFinished.isFinished(res)]);
    },
    expect: ({ notes }) => expect(notes).toContainEqual(['res', 'null', true]),
    order: 'each',
  },
  'tell on-finished that the browser has gone': {
    ask: async (side) => {
      const peer = await side.open({});
      await side.recorder.until('ready');
      peer.leave();
      return [await peer.answer];
    },
    does: ({ note, res }) => {
      onFinished(res, (error) => note(['res', codeOf(error)]));
      note('ready');
    },
    expect: ({ notes }) => expect(notes[1]).toEqual(['res', 'null']),
  },
  'give raw-body the body': {
    ask: { body: 'žluťoučký' },
    does: async ({ req, res }) => {
      const length = Number(req.headers['content-length']);
      res.end(await getRawBody(req, { length, encoding: 'utf8', limit: '1kb' }));
    },
    expect: { body: Buffer.from('žluťoučký').toString('latin1') },
  },
  'give raw-body too much': {
    ask: { body: patternBytes(5_000) },
    does: async ({ note, req, res }) => {
      await getRawBody(req, { limit: 1_000 }).catch((error: unknown) =>
        note(Reflect.get(Object(error), 'type')),
      );
      res.statusCode = 413;
      res.end('too large');
    },
    expect: { status: '413 Payload Too Large', body: 'too large' },
    order: 'each',
  },
  'emit what applications emit': {
    does: async ({ note, req, res }) => {
      note([req instanceof EventEmitter, res instanceof EventEmitter]);
      res.on('own', (value) => note(value));
      res.emit('own', 7);
      new PassThrough().end('body').pipe(res);
    },
    expect: { body: 'body' },
  },
});

differentialActions('type-is', {
  'sees no body where there is none': {
    does: ({ note, req, res }) => {
      note([typeis.hasBody(req), typeis(req, ['json'])]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([false, null]),
  },
  'sees no body of a POST without one': {
    ask: { method: 'POST' },
    does: ({ note, req, res }) => {
      note([typeis.hasBody(req), req.headers['content-length'], req.headers['content-type']]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([false, undefined, undefined]),
  },
  'sees a body of no length': {
    ask: { method: 'POST', contentLength: 0, body: '', headers: [['Content-Type', 'application/json']] },
    does: ({ note, req, res }) => {
      note([typeis.hasBody(req), typeis(req, ['json'])]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([true, 'json']),
  },
  'sees a body and its type': {
    ask: { body: '{}', headers: [['Content-Type', 'application/json; charset=utf-8']] },
    does: ({ note, req, res }) => {
      note([typeis.hasBody(req), typeis(req, ['json', 'urlencoded'])]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([true, 'json']),
  },
  'sees a body whose length is not known': {
    ask: { body: '{}', chunked: true, headers: [['Content-Type', 'application/json']] },
    does: ({ note, req, res }) => {
      note([typeis.hasBody(req), typeis(req, ['json'])]);
      res.end();
    },
    expect: ({ notes }) => expect(notes[0]).toEqual([true, 'json']),
  },
});
