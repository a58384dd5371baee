import { finished, pipeline, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Answer } from '../../src/frameworks/answer.ts';
import type { MakeApplication } from '../../src/frameworks/application.ts';
import { type Course, differential } from '../../src/frameworks/differential.ts';
import { codeOf, watch } from '../../src/frameworks/recorder.ts';
import type { Side } from '../../src/frameworks/side.ts';
import { patternBytes } from '../../src/pattern.ts';

/** What an application does while its browser leaves; it notes `ready` when that is to happen. */
const application: MakeApplication =
  ({ note }) =>
  async (req, res) => {
    watch(note, req, res);
    const endless = () => Readable.from(forever(), { objectMode: false });
    switch (req.url) {
      case '/waiting':
        note('ready');
        break;
      case '/streaming':
        res.write('begun');
        note('ready');
        break;
      case '/flooding':
        pipeline(endless(), res, (error) => note(['pipeline', codeOf(error)]));
        break;
      case '/finished':
        finished(req, (error) => note(['req finished', codeOf(error)]));
        finished(res, (error) => note(['res finished', codeOf(error)]));
        note('ready');
        break;
      case '/uploading':
        req.once('data', () => note('ready'));
        req.resume();
        break;
      case '/upload-pipeline':
        req.once('data', () => note('ready'));
        pipeline(req, swallow, (error) => note(['pipeline', codeOf(error)]));
        break;
      case '/upload-iteration':
        try {
          for await (const _ of req) note('ready');
        } catch (error) {
          note(['thrown', codeOf(error)]);
        }
        break;
      case '/ends-later':
        res.on('close', async () => {
          note(['closed', res.closed, req.destroyed, res.writableEnded]);
          await delay(5);
          res.end('late');
          note('ended');
        });
        note('ready');
        break;
    }
  };

async function* forever() {
  for (;;) {
    yield patternBytes(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function swallow(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

/** Leaves as soon as the application is ready for that. */
const leave =
  (path: string, body?: 'half' | 'whole') =>
  async (side: Side): Promise<readonly Answer[]> => {
    const peer = await side.open(body === undefined ? { path } : { path, contentLength: 10 });
    if (body !== undefined) peer.send('12345');
    if (body === 'whole') {
      peer.send('67890');
      peer.endBody();
    }
    await side.recorder.until('ready');
    peer.leave();
    return [await peer.answer];
  };

const gone =
  (...wanted: unknown[]): Course['expect'] =>
  ({ answers, notes }) => {
    expect(answers[0]?.complete).toBe(false);
    expect(notes).toEqual(expect.arrayContaining(['res close', 'req close', ...wanted]));
    for (const once of ['req close', 'res close', 'req aborted']) {
      expect(notes.filter((note) => note === once).length).toBeLessThanOrEqual(1);
    }
  };

differential('A browser that leaves', application, {
  'is noticed while the application is thinking': { run: leave('/waiting'), expect: gone() },
  'is noticed in the middle of an answer': { run: leave('/streaming'), expect: gone(), order: 'each' },
  'is noticed by finished()': {
    run: leave('/finished'),
    expect: gone(['req finished', 'ECONNRESET'], ['res finished', 'ERR_STREAM_PREMATURE_CLOSE']),
    order: 'each',
  },
  'is noticed in the middle of an upload': {
    run: leave('/uploading', 'half'),
    expect: gone('req aborted', ['req error', 'ECONNRESET']),
  },
  'is noticed by pipeline() in the middle of an upload': {
    run: leave('/upload-pipeline', 'half'),
    expect: gone(['pipeline', 'ECONNRESET']),
  },
  'is noticed by an iteration in the middle of an upload': {
    run: leave('/upload-iteration', 'half'),
    expect: gone(['thrown', 'ECONNRESET']),
  },
  'is not told of by `finish`, although the application ends its answer': {
    run: leave('/ends-later'),
    expect: ({ notes }) => {
      expect(notes).toContain('res close');
      expect(notes).not.toContain('res finish');
    },
    order: 'each',
  },
  'is noticed after the upload': { run: leave('/uploading', 'whole'), expect: gone('req end') },
  'is noticed by pipeline() in the middle of a large answer': {
    run: async (side) => {
      const peer = await side.open({ path: '/flooding' });
      await peer.received(500_000);
      peer.leave();
      return [await peer.answer];
    },
    expect: gone(['pipeline', 'ERR_STREAM_PREMATURE_CLOSE']),
    order: 'each',
  },
  'is noticed while it does not read': {
    run: async (side) => {
      const peer = await side.open({ path: '/flooding' });
      await peer.received(1);
      peer.pause();
      await delay(50);
      peer.leave();
      return [await peer.answer];
    },
    expect: gone(['pipeline', 'ERR_STREAM_PREMATURE_CLOSE']),
    order: 'each',
  },
});
