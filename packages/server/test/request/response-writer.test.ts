import { setImmediate as nextTurn } from 'node:timers/promises';
import { toLatin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { type ResponseHead, ResponseWriter } from '../../src/request/response-writer.ts';

const HEAD: ResponseHead = { contentLength: 10, encoding: 'latin1', text: 'Status: 200 OK\r\n\r\n' };

/** A writer with everything that it wrote and reported. */
function newWriter() {
  const written: string[] = [];
  const codes: unknown[] = [];
  const writer = new ResponseWriter({
    output: {
      flush: () => written.push('flush'),
      write: (chunk, encoding) => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
        if (bytes.length > 0) written.push(toLatin1(bytes));
        return true;
      },
    },
    report: (error) => codes.push(Reflect.get(Object(error), 'code')),
  });
  return { writer, written, codes };
}

test('a response without a head is none', () => {
  const { writer } = newWriter();
  expect(writer.hasHead).toBe(false);
  expect(writer.fault).toMatchObject({ code: 'FCGI_RESPONSE_EMPTY' });
  writer.head({ ...HEAD, contentLength: undefined });
  expect(writer.hasHead).toBe(true);
  expect(writer.fault).toBeUndefined();
});

test('a head above 4 KiB is told', () => {
  const { writer, codes } = newWriter();
  writer.head({ ...HEAD, text: 'x'.repeat(4_096) });
  expect(codes).toEqual([]);
  writer.head({ ...HEAD, text: 'x'.repeat(4_097) });
  expect(codes).toEqual(['FCGI_RESPONSE_HEAD_LARGE']);
});

describe('a head that is held', () => {
  test('leaves with what follows it', async () => {
    const { writer, written } = newWriter();
    writer.holdHead(HEAD);
    writer.body('', 'latin1');
    expect(written).toEqual([]);
    writer.body('0123456789', 'latin1');
    await nextTurn();
    expect(written).toEqual([HEAD.text, '0123456789']);
  });

  test('asks nginx not to hold the response back where nothing follows', async () => {
    const { writer, written } = newWriter();
    writer.holdHead(HEAD);
    await nextTurn();
    expect(written).toEqual([`X-Accel-Buffering: no\r\n${HEAD.text}`, 'flush']);
  });

  test('leaves as it is where the response ends', async () => {
    const { writer, written } = newWriter();
    writer.holdHead(HEAD);
    writer.release();
    await nextTurn();
    expect(written).toEqual([HEAD.text]);
  });
});

describe('Content-Length', () => {
  test('tells how much of the body is missing', () => {
    const { writer } = newWriter();
    writer.head(HEAD);
    writer.body('\xe9', 'utf8');
    expect(writer.fault).toMatchObject({ code: 'FCGI_RESPONSE_TOO_SHORT' });
    expect(writer.fault?.message).toContain('8 bytes');
    writer.body('12345678', 'latin1');
    expect(writer.fault).toBeUndefined();
  });

  test.each([
    ['text', 'x'.repeat(12)],
    ['bytes', Buffer.from('x'.repeat(12))],
  ])('lets no more %s through than it says, and tells of the surplus once', (_, data) => {
    const { writer, written, codes } = newWriter();
    writer.head(HEAD);
    writer.body(data, 'latin1');
    expect(writer.isTooLong).toBe(true);
    writer.body(data, 'latin1');
    expect(written.slice(1)).toEqual(['x'.repeat(10)]);
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_LONG']);
    expect(writer.fault).toBeUndefined();
  });

  test('cuts text by bytes', () => {
    const { writer, written } = newWriter();
    writer.head(HEAD);
    writer.body('123456789\xe9', 'utf8');
    expect(written.slice(1)).toEqual(['123456789\xc3']);
  });

  test('that was exceeded from the first write on is told too', () => {
    const { writer, written, codes } = newWriter();
    writer.head({ ...HEAD, contentLength: 0 });
    writer.body('x', 'latin1');
    expect(written).toEqual([HEAD.text]);
    expect(codes).toEqual(['FCGI_RESPONSE_TOO_LONG']);
  });
});
