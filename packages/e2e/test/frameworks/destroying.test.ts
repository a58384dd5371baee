import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ActionContext, differentialActions } from '../../src/frameworks/actions.ts';
import type { Course, Observation } from '../../src/frameworks/differential.ts';
import { watch } from '../../src/frameworks/recorder.ts';

const failure = () => Object.assign(new Error('the application gave up'), { code: 'APP_GAVE_UP' });

const broken = ({ answers, notes }: Observation): void => {
  expect(answers[0]?.complete).toBe(false);
  expect(notes.filter((note) => note === 'res close')).toHaveLength(1);
  expect(notes.filter((note) => note === 'req close').length).toBeLessThanOrEqual(1);
};

/** Watches, does something, and reports one thing. */
function destroying(
  code: string,
  does: (context: ActionContext) => unknown,
  more: Partial<Course> & { ask?: Course['run'] } = {},
) {
  return {
    does: (context: ActionContext) => {
      watch(context.note, context.req, context.res);
      return does(context);
    },
    expect: broken,
    reports: [code],
    order: 'each' as const,
    ...more,
  };
}

const body = { ask: { body: 'abc' } };

differentialActions('Destroying', {
  'the response in the middle of an answer is reported once': destroying('APP_GAVE_UP', async ({ res }) => {
    res.write('begun');
    await delay(5);
    res.destroy(failure());
    res.destroy(failure());
  }),
  'the response in the middle of an answer with a length is reported once': destroying(
    'APP_GAVE_UP',
    async ({ res }) => {
      res.setHeader('Content-Length', 100);
      res.write('begun');
      await delay(5);
      res.destroy(failure());
    },
  ),
  'the response without a reason is reported once': destroying('FCGI_HANDLER_FAILED', async ({ res }) => {
    res.write('begun');
    await delay(5);
    res.destroy();
  }),
  'the request in the middle of an answer is reported once': destroying(
    'APP_GAVE_UP',
    async ({ req, res }) => {
      res.write('begun');
      await delay(5);
      req.destroy(failure());
    },
    body,
  ),
  'the socket in the middle of an answer is reported once': destroying(
    'APP_GAVE_UP',
    async ({ req, res }) => {
      res.write('begun');
      await delay(5);
      req.socket.destroy(failure());
    },
    { expect: ({ answers }) => expect(answers[0]?.complete).toBe(false) },
  ),
  'the response after the head was flushed is reported once': destroying('APP_GAVE_UP', async ({ res }) => {
    res.flushHeaders();
    await delay(5);
    res.destroy(failure());
  }),
  'the response is told to write() and end()': destroying(
    'FCGI_HANDLER_FAILED',
    async ({ attempt, note, res }) => {
      res.write('begun');
      await delay(5);
      res.destroy();
      note([res.destroyed, res.writableEnded, res.closed]);
      attempt(() => res.write('more', (error) => note(['write', error?.name])));
      res.end('more');
      await delay(5);
      note([res.destroyed, res.writableEnded, res.writableFinished, res.closed]);
    },
  ),
  'the response after its end does nothing': {
    does: ({ note, req, res }) => {
      watch(note, req, res);
      res.end('body', () => {
        res.destroy(failure());
      });
    },
    expect: { body: 'body', complete: true },
    order: 'each',
  },
});
