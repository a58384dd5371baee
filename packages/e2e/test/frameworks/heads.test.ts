import { expect } from 'vitest';
import { differentialActions } from '../../src/frameworks/actions.ts';

const WITH_FIELDS = {
  status: '200 OK',
  headers: expect.arrayContaining(['X-A: 1', 'x-b: 2', 'x-b: 3', 'X-Number: 4']),
};

differentialActions('writeHead', {
  'takes a status': {
    does: ({ res }) => res.writeHead(418).end('body'),
    expect: { status: "418 I'm a Teapot", body: 'body' },
  },
  'takes a reason phrase': {
    does: ({ res }) => res.writeHead(200, 'Fine').end('body'),
    expect: { status: '200 Fine' },
  },
  'takes a reason phrase and fields': {
    does: ({ res }) => res.writeHead(404, 'Gone fishing', { 'X-A': '1' }).end(),
    expect: { status: '404 Gone fishing', headers: expect.arrayContaining(['X-A: 1']) },
  },
  'takes a status that has no name': {
    does: ({ res }) => res.writeHead(599).end(),
    expect: { status: '599 unknown' },
  },
  'takes an object': {
    does: ({ res }) => res.writeHead(200, { 'X-A': '1', 'x-b': ['2', '3'], 'X-Number': 4 }).end('body'),
    expect: WITH_FIELDS,
  },
  'takes an array of names and values in turns': {
    does: ({ res }) => res.writeHead(200, ['X-A', '1', 'x-b', '2', 'x-b', '3', 'X-Number', '4']).end('body'),
    expect: WITH_FIELDS,
  },
  'takes an array of pairs': {
    does: ({ res }) => {
      const pairs = [
        ['X-A', '1'],
        ['x-b', ['2', '3']],
        ['X-Number', '4'],
      ];
      Reflect.apply(res.writeHead, res, [200, pairs]);
      res.end('body');
    },
    expect: WITH_FIELDS,
  },
  'takes an object beside fields that were set before': {
    does: ({ res }) => {
      res.setHeader('X-A', 'old');
      res.setHeader('X-Kept', 'yes');
      res.writeHead(200, { 'x-a': 'new', 'X-B': '2' }).end();
    },
    expect: { headers: expect.arrayContaining(['x-a: new', 'X-Kept: yes', 'X-B: 2']) },
  },
  'takes an array beside fields that were set before': {
    does: ({ res }) => {
      res.setHeader('X-A', 'old');
      res.writeHead(200, ['X-A', 'new', 'X-A', 'newer']).end();
    },
    expect: { headers: expect.arrayContaining(['X-A: newer']) },
  },
  'takes a Content-Length': {
    does: ({ res }) => res.writeHead(200, { 'Content-Length': 4 }).end('body'),
    expect: { body: 'body', headers: expect.arrayContaining(['Content-Length: 4']) },
  },
  'takes a Date': {
    does: ({ res }) => res.writeHead(200, { Date: 'Thu, 01 Jan 1970 00:00:00 GMT' }).end('body'),
    expect: { headers: expect.arrayContaining(['Date: Thu, 01 Jan 1970 00:00:00 GMT']) },
  },
  'takes Transfer-Encoding: chunked, and frames nothing for the web server': {
    does: ({ res }) => res.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end('body'),
    expect: { body: 'body' },
  },
  'takes Connection: close, which is not passed on': {
    does: ({ res }) => res.writeHead(200, { Connection: 'close' }).end('body'),
    expect: { body: 'body' },
  },
  'is refused a second time': {
    does: ({ attempt, res }) => {
      res.writeHead(200);
      attempt(() => res.writeHead(201));
      res.end('body');
    },
    expect: { status: '200 OK' },
  },
  'refuses statuses, names and values that HTTP does not have': {
    does: ({ attempt, note, res }) => {
      attempt(() => res.writeHead(99));
      attempt(() => res.writeHead(1000));
      attempt(() => res.writeHead(200, { 'in valid': 'x' }));
      attempt(() => res.writeHead(200, { 'X-A': 'line\r\nbreak' }));
      attempt(() => res.writeHead(200, ['odd']));
      note(res.headersSent);
      res.statusCode = 200;
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'takes bytes above 127 as they are': {
    does: ({ res }) => res.writeHead(200, { 'X-Name': 'caf\xe9' }).end('body'),
    expect: { headers: expect.arrayContaining(['X-Name: caf\xe9']) },
  },
  'takes every form from a browser of HTTP/1.0': {
    ask: { version: '1.0' },
    does: ({ res }) => res.writeHead(200, { 'X-A': '1' }).end('body'),
    expect: { body: 'body', headers: expect.arrayContaining(['X-A: 1']) },
  },
});

differentialActions('The fields of a response', {
  'are set, got, listed, looked for and removed': {
    does: ({ note, res }) => {
      res
        .setHeader('X-One', '1')
        .setHeader('X-Two', ['a', 'b'])
        .setHeader('X-Number', 7)
        .setHeader('X-Gone', 'x');
      note(res.getHeader('x-one'));
      note(res.getHeader('X-TWO'));
      note(res.getHeader('x-number'));
      note(res.getHeader('x-none'));
      note(res.getHeaderNames());
      note({ ...res.getHeaders() });
      note([res.hasHeader('X-ONE'), res.hasHeader('x-none')]);
      res.removeHeader('x-gone');
      note(res.hasHeader('X-Gone'));
      res.end();
    },
    expect: { headers: expect.arrayContaining(['X-One: 1', 'X-Two: a', 'X-Two: b', 'X-Number: 7']) },
  },
  'know their own spelling': {
    does: ({ note, res }) => {
      res.setHeader('X-OnE', '1');
      // Not in the type definitions, though Node documents it.
      const { getRawHeaderNames }: { getRawHeaderNames?: () => string[] } = Object.getPrototypeOf(res);
      note(getRawHeaderNames?.call(res));
      res.end();
    },
    expect: { headers: expect.arrayContaining(['X-OnE: 1']) },
  },
  'are appended': {
    does: ({ note, res }) => {
      res.appendHeader('Set-Cookie', 'a=1').appendHeader('Set-Cookie', ['b=2', 'c=3']);
      res.appendHeader('X-A', '1').appendHeader('x-a', '2');
      note({ ...res.getHeaders() });
      res.end();
    },
    expect: { headers: expect.arrayContaining(['Set-Cookie: a=1', 'Set-Cookie: b=2', 'Set-Cookie: c=3']) },
  },
  'are set from Headers': {
    does: ({ note, res }) => {
      const headers = new Headers([
        ['X-A', '1'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]);
      res.setHeaders(headers);
      note({ ...res.getHeaders() });
      res.end();
    },
    expect: { headers: expect.arrayContaining(['x-a: 1', 'set-cookie: a=1', 'set-cookie: b=2']) },
  },
  'are set from a Map': {
    does: ({ res }) => res.setHeaders(new Map([['X-A', '1']])).end(),
    expect: { headers: expect.arrayContaining(['X-A: 1']) },
  },
  'are refused after the head': {
    does: ({ attempt, res }) => {
      res.flushHeaders();
      attempt(() => res.setHeader('X-A', '1').statusCode);
      attempt(() => res.appendHeader('X-A', '1').statusCode);
      attempt(() => res.removeHeader('X-A'));
      attempt(() => res.headersSent);
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'are refused where HTTP does not have them': {
    does: ({ attempt, res }) => {
      attempt(() => res.setHeader('in valid', '1').statusCode);
      attempt(() => res.setHeader('X-A', 'a\nb').statusCode);
      attempt(() => res.setHeader('X-A', '\u{1f600}').statusCode);
      attempt(() => Reflect.apply(res.setHeader, res, ['X-A', undefined]));
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'hold bytes above 127, a byte a character': {
    does: ({ res }) => {
      res.setHeader('X-Name', 'caf\xe9').setHeader('Content-Length', 4);
      res.flushHeaders();
      res.end('body');
    },
    expect: { headers: expect.arrayContaining([expect.stringMatching(/^X-Name: caf/)]) },
  },
  'hold a file name above 127 in Content-Disposition': {
    does: ({ res }) => res.setHeader('Content-Disposition', 'attachment; filename="\xe9.txt"').end('body'),
    expect: { body: 'body' },
  },
  'hold each cookie on a line of its own': {
    does: ({ res }) => res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2; HttpOnly']).end(),
    expect: { headers: expect.arrayContaining(['Set-Cookie: a=1; Path=/', 'Set-Cookie: b=2; HttpOnly']) },
  },
  'need no Date': {
    does: ({ res }) => {
      res.sendDate = false;
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'need no Date where it was removed': {
    does: ({ res }) => {
      res.removeHeader('Date');
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'need no Content-Length where it was removed': {
    does: ({ res }) => {
      res.removeHeader('Content-Length');
      res.end('body');
    },
    expect: { body: 'body' },
  },
  'are those of the prototype of a status': {
    does: ({ note, res }) => {
      res.statusCode = 404;
      res.statusMessage = 'Not here';
      note([res.headersSent, res.statusCode, res.statusMessage]);
      res.end();
      note([res.headersSent, res.statusCode, res.statusMessage]);
    },
    expect: { status: '404 Not here' },
  },
  'declare trailers, which are not sent': {
    does: ({ res }) => {
      res.writeHead(200, { Trailer: 'X-Checksum' });
      res.write('body');
      res.addTrailers({ 'X-Checksum': 'abc' });
      res.end();
    },
    expect: { body: 'body', complete: true },
  },
  'are flushed before the body': {
    does: ({ note, res }) => {
      res.setHeader('X-A', '1');
      res.flushHeaders();
      note(res.headersSent);
      res.flushHeaders();
      res.end('body');
    },
    expect: { body: 'body' },
  },
});
