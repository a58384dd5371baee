import { toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { HttpResponseReader } from '../../../src/adapters/node/http-response-reader.ts';

/** A reader with everything that came out of it. */
function newReader(method = 'GET') {
  const heads: string[] = [];
  const lengths: Array<number | undefined> = [];
  let body = '';
  const reader = new HttpResponseReader(method, {
    head: ({ contentLength, text }) => {
      heads.push(text);
      lengths.push(contentLength);
    },
    body: (chunk, encoding) => {
      body += typeof chunk === 'string' ? Buffer.from(chunk, encoding).toString('latin1') : toLatin1(chunk);
    },
  });
  return { reader, heads, lengths, body: () => body };
}

describe('the head of a response', () => {
  test('becomes a CGI head: the fields, then Status', () => {
    const { reader, heads } = newReader();
    reader.write('HTTP/1.1 201 Created\r\nLocation: /x\r\nContent-Type: text/plain\r\n\r\n', 'latin1');
    expect(heads).toEqual(['Location: /x\r\nContent-Type: text/plain\r\nStatus: 201 Created\r\n\r\n']);
  });

  test.each([
    ['HTTP/1.1 299 \r\n\r\n', 'Status: 299\r\n\r\n'],
    ['HTTP/1.1 404 Gone: fishing\r\n\r\n', 'Status: 404 Gone: fishing\r\n\r\n'],
    ['HTTP/1.0 200 OK\r\n\r\n', 'Status: 200 OK\r\n\r\n'],
    [
      'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n',
      'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nStatus: 200 OK\r\n\r\n',
    ],
    ['HTTP/1.1 200 OK\r\nX-A: \xe9: b\r\n\r\n', 'X-A: \xe9: b\r\nStatus: 200 OK\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nX-Empty: \r\n\r\n', 'X-Empty: \r\nStatus: 200 OK\r\n\r\n'],
  ])('%j becomes %j', (http, cgi) => {
    const { reader, heads } = newReader();
    reader.write(http, 'latin1');
    expect(heads).toEqual([cgi]);
  });

  test('asks nginx to pass an event stream on as it comes', () => {
    const { reader, heads } = newReader();
    reader.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n', 'latin1');
    expect(heads).toEqual([
      'Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\nStatus: 200 OK\r\n\r\n',
    ]);
  });

  test.each([
    'content-type:TEXT/EVENT-STREAM',
    'CONTENT-TYPE: text/event-stream ; charset=utf-8',
    'Content-Type: text/event-stream;charset=utf-8',
  ])('is known for an event stream by %s', (line) => {
    const { reader, heads } = newReader();
    reader.write(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`, 'latin1');
    expect(heads).toEqual([`${line}\r\nX-Accel-Buffering: no\r\nStatus: 200 OK\r\n\r\n`]);
  });

  test.each([
    'Content-Type: text/event-streams',
    'X-Type: text/event-stream',
    'Content-Type: text/event-stream\r\nX-ACCEL-Buffering: yes',
  ])('stays as it is for %j', (lines) => {
    const { reader, heads } = newReader();
    reader.write(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`, 'latin1');
    expect(heads).toEqual([`${lines}\r\nStatus: 200 OK\r\n\r\n`]);
  });

  test('keeps the lines between those that are lost', () => {
    const { reader, heads } = newReader();
    const lines = ['TE: x', 'A: 1', 'B: 2', 'Upgrade: x', 'Keep-Alive: 1', 'C: 3', 'Trailer: D', ''];
    reader.write(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n`, 'latin1');
    expect(heads).toEqual(['A: 1\r\nB: 2\r\nC: 3\r\nStatus: 200 OK\r\n\r\n']);
  });

  test('may have names of any length, some of which end as others do', () => {
    const { reader, heads, lengths } = newReader();
    const lines = Array.from({ length: 70 }, (_, length) => `${'n'.repeat(length + 1)}: ${length}\r\n`);
    reader.write(`HTTP/1.1 200 OK\r\n${lines.join('')}X-Content-Length: 3\r\n\r\n`, 'latin1');
    expect(heads).toEqual([`${lines.join('')}X-Content-Length: 3\r\nStatus: 200 OK\r\n\r\n`]);
    expect(lengths).toEqual([undefined]);
  });

  test('may come as bytes', () => {
    const { reader, heads, body } = newReader();
    reader.write(Buffer.from('HTTP/1.1 200 OK\r\nX-A: \xe9\r\n\r\nbody\xff', 'latin1'), 'utf8');
    expect(heads).toEqual(['X-A: \xe9\r\nStatus: 200 OK\r\n\r\n']);
    expect(body()).toBe('body\xff');
  });

  test('loses the fields of the connection, and a Status of the application', () => {
    const { reader, heads } = newReader();
    const lines = [
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: close',
      'Upgrade: h2c',
      'Trailer: X-Check',
      'TE: trailers',
      'Status: 500 No',
      'X-Kept: yes',
    ];
    reader.write(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    expect(heads).toEqual(['X-Kept: yes\r\nStatus: 200 OK\r\n\r\n']);
  });

  test.each([100, 102, 103])('of an interim response (%i) is dropped', (status) => {
    const { reader, heads } = newReader();
    reader.write(`HTTP/1.1 ${status} Wait\r\nLink: </a.css>\r\n\r\n`, 'latin1');
    expect(heads).toEqual([]);
    reader.write('HTTP/1.1 200 OK\r\n\r\n', 'latin1');
    expect(heads).toEqual(['Status: 200 OK\r\n\r\n']);
  });

  test('of status 101 passes', () => {
    const { reader, heads } = newReader();
    reader.write('HTTP/1.1 101 Switching Protocols\r\n\r\n', 'latin1');
    expect(heads).toEqual(['Status: 101 Switching Protocols\r\n\r\n']);
  });

  test.each(['something else', 'HTTP/1.1 OK\r\n\r\n', 'HTTP/2 200 OK'])(
    'that is none is an error: %j',
    (text) => {
      expect(() => newReader().reader.write(text, 'latin1')).toThrow(TypeError);
    },
  );

  test('may come in two pieces, wherever it is cut', () => {
    const text = 'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi';
    for (let cut = 1; cut < text.length; cut += 1) {
      const { reader, heads, body } = newReader();
      reader.write(text.slice(0, cut), 'latin1');
      reader.write(text.slice(cut), 'latin1');
      expect(heads).toEqual(['A: b\r\nContent-Length: 2\r\nStatus: 200 OK\r\n\r\n']);
      expect(body()).toBe('hi');
      expect(reader.isWhole).toBe(true);
    }
  });
});

describe('the body of a response', () => {
  test('may begin in the write of the head, in the encoding of that write', () => {
    const { reader, heads, body } = newReader();
    reader.write('HTTP/1.1 200 OK\r\nX-A: b\r\n\r\né', 'utf8');
    reader.write('é', 'latin1');
    expect(heads).toHaveLength(1);
    expect(body()).toBe('\xc3\xa9\xe9');
  });

  test('has its chunked coding taken off, and the field for it dropped', () => {
    const { reader, heads, body } = newReader();
    reader.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'latin1');
    reader.write('5\r\nhel', 'latin1');
    reader.write(Buffer.from('lo\r\n1\r\n'), 'latin1');
    reader.write('!\r\n0\r\n\r\n', 'latin1');
    expect(heads).toEqual(['Status: 200 OK\r\n\r\n']);
    expect(body()).toBe('hello!');
    expect(reader.isWhole).toBe(true);
  });

  test('in UTF-8 is counted by bytes in its chunks', () => {
    const { reader, body } = newReader();
    reader.write('HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\n', 'latin1');
    reader.write('4\r\néé\r\n0\r\n\r\n', 'utf8');
    expect(body()).toBe('\xc3\xa9\xc3\xa9');
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('is dropped for %s with status %i, and none is missing', (method, status) => {
    const { reader, heads, lengths, body } = newReader(method);
    reader.write(`HTTP/1.1 ${status} OK\r\nContent-Length: 5\r\n\r\nhello`, 'latin1');
    reader.write('more', 'latin1');
    expect(heads).toEqual([`Content-Length: 5\r\nStatus: ${status} OK\r\n\r\n`]);
    expect(body()).toBe('');
    expect(lengths).toEqual([undefined]);
    expect(reader.isWhole).toBe(true);
  });
});

test('Content-Length counts where it is a number, the first time', () => {
  const { reader, lengths } = newReader();
  const lines = 'Content-Length: 1x\r\ncontent-length:7\r\nContent-Length: 8\r\n';
  reader.write(`HTTP/1.1 200 OK\r\n${lines}\r\n`, 'latin1');
  expect(lengths).toEqual([7]);
});

test('Content-Length of a file that the web server is to send is not that of the body', () => {
  const { reader, lengths } = newReader();
  reader.write('HTTP/1.1 200 OK\r\nX-Sendfile: /a\r\nContent-Length: 7\r\n\r\n', 'latin1');
  expect(lengths).toEqual([undefined]);
});
