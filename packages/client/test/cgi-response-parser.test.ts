import {
  type CgiResponseHead,
  type CgiResponseLimits,
  CgiResponseParser,
  FcgiClientError,
} from '@fcgi-js/client';
import fc from 'fast-check';
import { chunkings, join, latin1 } from 'test-support';
import { describe, expect, test } from 'vitest';

interface Parsed {
  readonly body: string;
  readonly head: CgiResponseHead | undefined;
}

function parse(chunks: readonly Uint8Array[], limits?: CgiResponseLimits): Parsed {
  const parser = new CgiResponseParser(limits);
  const body: Uint8Array[] = [];
  let head: CgiResponseHead | undefined;
  for (const chunk of chunks) {
    parser.push(chunk);
    for (let part = parser.next(); part !== undefined; part = parser.next()) {
      if (part.type === 'head') head = part.head;
      else body.push(part.content);
    }
  }
  parser.end();
  return { head, body: Buffer.concat(body).toString('latin1') };
}

function headOf(text: string): CgiResponseHead {
  const { head } = parse([latin1(text)]);
  if (head === undefined) throw new Error('There was no head.');
  return head;
}

function errorOf(run: () => unknown): FcgiClientError {
  try {
    run();
  } catch (error) {
    if (error instanceof FcgiClientError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

function codeOf(text: string, limits?: CgiResponseLimits): string {
  const error = errorOf(() => parse([latin1(text)], limits));
  expect(error).toMatchObject({ side: 'application', scope: 'request' });
  return error.code;
}

describe('a head', () => {
  test('is status, reason and fields, with names and values as they came', () => {
    expect(headOf('Status: 404 Not  Found\r\ncontent-TYPE:text/html \r\nX-empty: \r\n\r\n')).toEqual({
      contentLength: undefined,
      headers: [
        ['content-TYPE', 'text/html'],
        ['X-empty', ''],
      ],
      kind: 'document',
      location: undefined,
      reason: 'Not  Found',
      status: 404,
    });
  });

  test('has values of any byte above 0x1f, of which each is one character', () => {
    const value = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      .filter((character) => character >= ' ' && character !== '\x7f')
      .join('');
    expect(headOf(`X: ${value}|\n\n`).headers).toEqual([['X', `${value.trimStart()}|`]]);
    // U+00A0 is a byte like any other and no white space.
    expect(headOf('X: \t\xa0a\tb\xa0 \t\n\n').headers).toEqual([['X', '\xa0a\tb\xa0']]);
  });

  test.each(['\r\n', '\n'])('may end its lines with %j', (end) => {
    const { head, body } = parse([latin1(`Status: 201 X${end}A: b${end}${end}\r\nbody${end}`)]);
    expect(head).toMatchObject({ status: 201, reason: 'X', headers: [['A', 'b']] });
    expect(body).toBe(`\r\nbody${end}`);
  });

  test('may mix both line ends', () => {
    expect(headOf('A: 1\nB: 2\r\n\n').headers).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });

  test('may be empty', () => {
    expect(parse([latin1('\nbody')])).toMatchObject({ head: { status: 200, headers: [] }, body: 'body' });
    expect(headOf('\r\n').status).toBe(200);
  });

  test('keeps repeated fields apart and in order', () => {
    expect(headOf('Set-Cookie: a\nX: 1\nSet-Cookie: b\nset-cookie: c\n\n').headers).toEqual([
      ['Set-Cookie', 'a'],
      ['X', '1'],
      ['Set-Cookie', 'b'],
      ['set-cookie', 'c'],
    ]);
  });

  test.each([
    ['no Status is 200', 'A: b\n\n', 200, 'OK'],
    ['Location alone is 302', 'Location: http://other/\n\n', 302, 'Found'],
    ['a Status of three digits alone has no reason', 'Status: 418\n\n', 418, ''],
    ['a Status beats Location', 'Location: /x\nStatus: 201 Made\n\n', 201, 'Made'],
    [
      'a Status that stands there twice with one value counts once',
      'Status: 403 No\nSTATUS: 403 No\n\n',
      403,
      'No',
    ],
  ])('%s', (_name, text, status, reason) => {
    expect(headOf(text)).toMatchObject({ status, reason });
  });

  test.each([
    ['document', 'Content-Type: text/plain\n\n'],
    ['document', 'Status: 201 Made\nLocation: /made\n\n'],
    ['local-redirect', 'Location: /path?query\n\n'],
    ['client-redirect', 'Location: https://example.org/\n\n'],
    ['client-redirect', 'Location: //example.org/\n\n'],
    ['client-redirect', 'Location: relative\n\n'],
    ['client-redirect', 'Location: /path\nContent-Type: text/html\n\n'],
    ['client-redirect', 'Status: 302 Found\nLocation: /path\n\n'],
    ['document', 'Status: 302 Found\n\n'],
  ])('is a %s where it says %j', (kind, text) => {
    expect(headOf(text).kind).toBe(kind);
  });

  test('tells Content-Length as a number', () => {
    expect(headOf('Content-Length: 0012\n\n').contentLength).toBe(12);
    expect(headOf('Content-Length: 5\nContent-Length: 5\n\n').contentLength).toBe(5);
  });
});

describe('a head is refused', () => {
  test.each([
    ['FCGI_HEAD_LINE_INVALID', 'no colon', 'A: b\nno colon here\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'a colon in the next line only', 'A\nB: c\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'no name', ': value\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'a space before the colon', 'A : b\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'a space in the name', 'A B: c\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'a byte that is no token in the name', 'A\xe9: c\n\n'],
    ['FCGI_HEAD_LINE_INVALID', 'a status line', 'HTTP/1.1 200 OK\nA: b\n\n'],
    ['FCGI_HEAD_LINE_FOLDED', 'a folded line', 'A: b\n c\n\n'],
    ['FCGI_HEAD_LINE_FOLDED', 'a line folded with a tab', 'A: b\n\tc\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'a NUL', 'A: b\0c\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'a CR inside a line', 'A: b\rSet-Cookie: c\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'two CR at the end of a line', 'A: b\r\r\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'an escape', 'A: \x1b[31m\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'a DEL', 'A: \x7f\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'a Content-Length of words', 'Content-Length: many\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'a negative Content-Length', 'Content-Length: -1\n\n'],
    ['FCGI_HEAD_VALUE_INVALID', 'an empty Content-Length', 'Content-Length:\n\n'],
    [
      'FCGI_HEAD_VALUE_INVALID',
      'a Content-Length beyond all numbers',
      'Content-Length: 9007199254740992\n\n',
    ],
    ['FCGI_HEAD_STATUS_INVALID', 'a Status without a number', 'Status: abc\n\n'],
    ['FCGI_HEAD_STATUS_INVALID', 'a Status of two digits', 'Status: 20 OK\n\n'],
    ['FCGI_HEAD_STATUS_INVALID', 'a Status of four digits', 'Status: 2000\n\n'],
    ['FCGI_HEAD_STATUS_INVALID', 'a Status below 100', 'Status: 099 Low\n\n'],
    ['FCGI_HEAD_STATUS_INVALID', 'a Status with no space after it', 'Status: 200-OK\n\n'],
    ['FCGI_HEAD_FIELD_DUPLICATE', 'two Status', 'Status: 200 OK\nStatus: 500 No\n\n'],
    ['FCGI_HEAD_FIELD_DUPLICATE', 'two Location', 'Location: /a\nlocation: /b\n\n'],
    ['FCGI_HEAD_FIELD_DUPLICATE', 'two Content-Length', 'Content-Length: 1\nContent-Length: 01\n\n'],
    ['FCGI_HEAD_FIELD_DUPLICATE', 'two Content-Type', 'Content-Type: a/b\nContent-Type: c/d\n\n'],
    ['FCGI_HEAD_TRUNCATED', 'no blank line', 'A: b\nC: d\n'],
    ['FCGI_HEAD_TRUNCATED', 'a line that does not end', 'A: b'],
    ['FCGI_HEAD_TRUNCATED', 'nothing', ''],
  ])('with %s for %s', (code, _name, text) => {
    expect(codeOf(text)).toBe(code);
  });

  test('with a word on CGI where it begins with an HTTP status line', () => {
    expect(errorOf(() => headOf('HTTP/1.0 200 OK\n\n')).message).toMatch(/in CGI the status is a field/);
    expect(errorOf(() => headOf('nonsense\n\n')).message).not.toMatch(/CGI/);
  });

  test('with no word of what it said, which may be a secret', () => {
    expect(errorOf(() => headOf('Set-Cookie secret\n\n')).message).not.toMatch(/secret/);
    expect(errorOf(() => headOf('Status: secret\n\n')).message).not.toMatch(/secret/);
  });

  test('again each time it is asked for', () => {
    const parser = new CgiResponseParser();
    parser.push(latin1('nonsense\n\n'));
    const first = errorOf(() => parser.next());
    parser.push(latin1('A: b\n\n'));
    expect(errorOf(() => parser.next())).toBe(first);
    expect(errorOf(() => parser.end())).toBe(first);
  });
});

describe('limits', () => {
  test('headBytes counts the whole head and its blank line, and nothing of the body', () => {
    const text = `A: ${'b'.repeat(100)}\r\n\r\n`;
    const limit = { headBytes: text.length };
    expect(parse([latin1(`${text}${'x'.repeat(1_000)}`)], limit).body).toHaveLength(1_000);
    expect(codeOf(text, { headBytes: text.length - 1 })).toBe('FCGI_HEAD_TOO_LARGE');
    for (const { chunks } of chunkings(latin1(text))) {
      expect(errorOf(() => parse(chunks, { headBytes: text.length - 1 })).code).toBe('FCGI_HEAD_TOO_LARGE');
    }
  });

  test('headFields counts all fields, Status too', () => {
    const text = `Status: 200\n${'A: b\n'.repeat(4)}\n`;
    expect(parse([latin1(text)], { headFields: 5 }).head?.headers).toHaveLength(4);
    expect(codeOf(text, { headFields: 4 })).toBe('FCGI_HEAD_FIELDS_EXCEEDED');
  });

  test('have finite defaults: 65,536 bytes and 256 fields', () => {
    const line = (length: number) => `A: ${'b'.repeat(length - 4)}\n`;
    expect(headOf(`${line(65_535)}\n`).headers).toHaveLength(1);
    expect(codeOf(`${line(65_536)}\n`)).toBe('FCGI_HEAD_TOO_LARGE');
    expect(headOf(`${'A: b\n'.repeat(256)}\n`).headers).toHaveLength(256);
    expect(codeOf(`${'A: b\n'.repeat(257)}\n`)).toBe('FCGI_HEAD_FIELDS_EXCEEDED');
  });

  test('must be numbers above 0', () => {
    expect(() => new CgiResponseParser({ headBytes: 0 })).toThrow(TypeError);
    expect(() => new CgiResponseParser(JSON.parse('{"headByte":1}'))).toThrow(TypeError);
  });
});

describe('chunks', () => {
  test('cut anywhere give the same response', () => {
    const text = 'Status: 302 Found\r\nLocation: /a\r\nSet-Cookie: x\r\nSet-Cookie: y\r\n\r\nbody\n\n';
    const whole = parse([latin1(text)]);
    expect(whole.head?.headers).toHaveLength(3);
    for (const { chunks, name } of chunkings(latin1(text))) expect(parse(chunks), name).toEqual(whole);
  });

  test('are not changed, and what was handed out is not either', () => {
    const chunks = [latin1('A: b\n'), latin1('\nbody'), latin1('more')];
    const copies = chunks.map((chunk) => chunk.slice());
    const parser = new CgiResponseParser();
    const contents: Uint8Array[] = [];
    for (const chunk of chunks) {
      parser.push(chunk);
      for (let part = parser.next(); part !== undefined; part = parser.next()) {
        if (part.type === 'body') contents.push(part.content);
      }
    }
    expect(chunks).toEqual(copies);
    expect(Buffer.concat(contents).toString()).toBe('bodymore');
  });
});

describe('properties', () => {
  const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 8 });
  const cutUp = (bytes: Uint8Array, at: number[]) => {
    const bounds = [
      0,
      ...at.map((position) => Math.min(position, bytes.length)).sort((a, b) => a - b),
      bytes.length,
    ];
    return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
  };
  const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
  const value = fc.stringMatching(
    /^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/,
  );
  const single = /^(status|location|content-type|content-length)$/i;

  test('any bytes give a response or an FcgiClientError, the same one however they are cut', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(
          fc.constantFrom('A', ':', ' ', '\r', '\n', '\n\n', 'Status: 200', 'Location: /', '\0', '\xff'),
          {
            maxLength: 40,
          },
        )
        .map((parts) => latin1(parts.join(''))),
    );
    const outcome = (chunks: readonly Uint8Array[]) => {
      try {
        return parse(chunks, { headBytes: 120, headFields: 5 });
      } catch (error) {
        if (error instanceof FcgiClientError) return error.code;
        throw error;
      }
    };
    fc.assert(
      fc.property(bytes, cuts, (all, at) => {
        expect(outcome(cutUp(all, at))).toEqual(outcome([all]));
      }),
      { numRuns: 500 },
    );
  });

  test('fields and body come out as they went in', () => {
    const field = fc.tuple(
      token.filter((name) => !single.test(name)),
      value,
    );
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 10 }),
        fc.uint8Array({ maxLength: 50 }),
        fc.constantFrom('\n', '\r\n'),
        cuts,
        (fields, body, end, at) => {
          const head = fields.map(([name, text]) => `${name}: ${text}${end}`).join('');
          const bytes = join(latin1(`${head}${end}`), body);
          const parsed = parse(cutUp(bytes, at));
          expect(parsed.head?.headers).toEqual(fields);
          expect(latin1(parsed.body)).toEqual(body);
        },
      ),
      { numRuns: 300 },
    );
  });
});
