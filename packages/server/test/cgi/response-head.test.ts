import { describe, expect, test } from 'vitest';
import { formatResponseHead, isBodyless, isConnectionField } from '../../src/cgi/response-head.ts';

describe('a response head', () => {
  test('has the fields, then Status, then a blank line', () => {
    const fields = [
      ['Content-Type', 'text/plain'],
      ['Location', '/elsewhere'],
    ] as const;
    // HAProxy turns other statuses into 302 where Location follows Status.
    expect(formatResponseHead(201, 'Created', fields)).toBe(
      'Content-Type: text/plain\r\nLocation: /elsewhere\r\nStatus: 201 Created\r\n\r\n',
    );
  });

  test('has Status where nothing else is to be said', () => {
    expect(formatResponseHead(200, 'OK', [])).toBe('Status: 200 OK\r\n\r\n');
  });

  test('has no blank after the status where there is no reason phrase', () => {
    expect(formatResponseHead(299, '', [])).toBe('Status: 299\r\n\r\n');
  });

  test('has one line for each Set-Cookie', () => {
    const cookies = ['a=1', 'b=2', 'c=3, with comma'].map((value) => ['Set-Cookie', value] as const);
    expect(formatResponseHead(200, 'OK', cookies)).toBe(
      'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: c=3, with comma\r\nStatus: 200 OK\r\n\r\n',
    );
  });

  test.each(['text/event-stream', 'Text/Event-Stream; charset=utf-8', 'text/event-stream ;charset=utf-8'])(
    'asks nginx to pass a stream of type %j on as it comes',
    (type) => {
      expect(formatResponseHead(200, 'OK', [['content-type', type]])).toBe(
        `content-type: ${type}\r\nX-Accel-Buffering: no\r\nStatus: 200 OK\r\n\r\n`,
      );
    },
  );

  test.each(['text/plain', 'text/event-streams', 'application/x; a=text/event-stream'])(
    'asks nginx for nothing where the type is %j',
    (type) => {
      expect(formatResponseHead(200, 'OK', [['Content-Type', type]])).toBe(
        `Content-Type: ${type}\r\nStatus: 200 OK\r\n\r\n`,
      );
    },
  );

  test('leaves it to an application that asks for it or against it to do so', () => {
    const fields = [
      ['x-accel-buffering', 'yes'],
      ['Content-Type', 'text/event-stream'],
    ] as const;
    expect(formatResponseHead(200, 'OK', fields)).toBe(
      'x-accel-buffering: yes\r\nContent-Type: text/event-stream\r\nStatus: 200 OK\r\n\r\n',
    );
  });

  test.each([
    'Connection',
    'keep-alive',
    'Keep-Alive',
    'Proxy-Connection',
    'TRANSFER-ENCODING',
    'TE',
    'Trailer',
    'Upgrade',
    'Status',
  ])('never has the field %s', (name) => {
    expect(isConnectionField(name)).toBe(true);
    expect(formatResponseHead(200, 'OK', [[name, 'x']])).toBe('Status: 200 OK\r\n\r\n');
  });

  test.each(['Content-Length', 'Date', 'Server', 'Location', 'X-Accel-Redirect', 'Variable-A', 'X-Status'])(
    'keeps the field %s',
    (name) => {
      expect(isConnectionField(name)).toBe(false);
      expect(formatResponseHead(200, 'OK', [[name, 'x']])).toBe(`${name}: x\r\nStatus: 200 OK\r\n\r\n`);
    },
  );
});

test.each([
  [200, 'GET', false],
  [200, 'HEAD', true],
  [404, 'HEAD', true],
  [204, 'GET', true],
  [304, 'GET', true],
  [205, 'GET', false],
  [302, 'POST', false],
  [200, 'head', false],
])('status %i of a %s request: it has no body: %s', (status, method, bodyless) => {
  expect(isBodyless(status, method)).toBe(bodyless);
});
