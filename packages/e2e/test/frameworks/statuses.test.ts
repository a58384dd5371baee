import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';

differentialActions('Interim responses', {
  'of writeContinue are accepted and not sent': {
    does: ({ note, res }) => {
      res.writeContinue(() => note('called back'));
      res.end('body');
    },
    expect: ({ answers, notes }) => {
      expect(answers[0]).toMatchObject({ status: '200 OK', body: 'body' });
      expect(notes).toContain('called back');
    },
  },
  'of writeProcessing are accepted and not sent': {
    does: ({ res }) => {
      res.writeProcessing();
      res.end('body');
    },
    expect: { status: '200 OK', body: 'body' },
  },
  'of writeEarlyHints are accepted and not sent': {
    does: ({ note, res }) => {
      res.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'], 'x-trace': '1' }, () =>
        note('called back'),
      );
      note(res.headersSent);
      res.end('body');
    },
    expect: { status: '200 OK', body: 'body' },
  },
  'before a streamed answer leave it alone': {
    does: ({ res }) => {
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeProcessing();
      res.write('one ');
      res.end('two');
    },
    expect: { status: '200 OK', body: 'one two' },
  },
});

const bodyless = (status: number) => ({
  does: ({ note, res }: { note: (what: unknown) => void; res: import('node:http').ServerResponse }) => {
    res.writeHead(status, { 'X-A': '1' });
    note(res.write('not '));
    res.end('sent');
  },
  expect: { body: '', complete: true, headers: expect.arrayContaining(['X-A: 1']) },
});

differentialActions('A response without a body', {
  'is that to HEAD': { ask: { method: 'HEAD' }, ...bodyless(200) },
  'is that to HEAD, with the length that GET would have': {
    ask: { method: 'HEAD' },
    does: ({ res }) => res.writeHead(200, { 'Content-Length': 1_000 }).end(),
    expect: { complete: true, headers: expect.arrayContaining(['Content-Length: 1000']) },
  },
  'is that to HEAD, with the length of what was not sent': {
    ask: { method: 'HEAD' },
    does: ({ res }) => res.end('body'),
    expect: { body: '', complete: true },
  },
  'is 204': bodyless(204),
  'is 304': bodyless(304),
  'is 304 with the length of what has not changed': {
    does: ({ res }) => res.writeHead(304, { 'Content-Length': 1_000, ETag: '"x"' }).end(),
    expect: { status: '304 Not Modified', complete: true },
  },
  'is 204 with Transfer-Encoding: chunked': {
    does: ({ res }) => res.writeHead(204, { 'Transfer-Encoding': 'chunked' }).end(),
    expect: { status: '204 No Content', complete: true },
  },
});

differentialActions('A status', {
  ...Object.fromEntries(
    [
      200, 201, 202, 203, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 418, 421, 429, 500, 502,
      503,
    ].map((status) => [
      `of ${status} passes`,
      {
        does: ({ res }: { res: import('node:http').ServerResponse }) => {
          res.statusCode = status;
          res.setHeader('Location', '/there');
          res.end('body');
        },
        expect: { status: expect.stringMatching(new RegExp(`^${status} `)), body: 'body' },
      },
    ]),
  ),
  'of 101 passes as a final one': {
    does: ({ res }) => {
      res.writeHead(101, { Upgrade: 'nonsense' });
      res.end();
    },
    expect: { status: '101 Switching Protocols' },
  },
});
