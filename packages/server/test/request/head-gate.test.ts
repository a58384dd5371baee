import { chunkings, latin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { type HeadProblem, ResponseHeadGate } from '../../src/request/head-gate.ts';

/** What passes a gate, as text for each piece, and what is wrong in the end. */
function pass(
  chunks: Iterable<string | Uint8Array>,
  limit = 1_000,
): { passed: string[]; problem: HeadProblem | undefined } {
  const gate = new ResponseHeadGate(limit);
  const passed: string[] = [];
  for (const chunk of chunks) {
    const through = gate.pass(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
    if (through !== undefined) passed.push(through.toString('latin1'));
  }
  return { passed, problem: gate.problem };
}

describe('a response head', () => {
  test.each([
    ['with CRLF', 'Content-Type: text/plain\r\nStatus: 201 Created\r\n\r\n'],
    ['with LF', 'Content-Type: text/plain\nStatus: 201 Created\n\n'],
    ['that ends its lines in both ways', 'Content-Type: text/plain\nStatus: 201\r\n\r\n'],
    ['of one field', 'Status: 200\r\n\r\n'],
    ['with no blank after a colon', 'Status:200\r\n\r\n'],
    ['with an empty value', 'X-A:\r\n\r\n'],
    ['with every character that a name may have', "!#$%&'*+-.^_`|~09AZaz: v\r\n\r\n"],
    ['with bytes above ASCII in a value', 'X-A: caf\xe9\r\n\r\n'],
  ])('%s passes as one piece, however it is cut', (_, head) => {
    const different: unknown[] = [];
    for (const { name, chunks } of chunkings(latin1(head), latin1('body'))) {
      const { passed, problem } = pass(chunks);
      const asText = pass([...chunks].map((chunk) => Buffer.from(chunk).toString('latin1')));
      if (asText.passed.join('|') !== passed.join('|')) different.push({ name, asText, passed });
      const whole = passed.join('');
      if (!passed[0]?.startsWith(head) || problem !== undefined) different.push({ name, passed, problem });
      if (whole !== head && whole !== `${head}body`) different.push({ name, passed });
    }
    expect(different.slice(0, 2)).toEqual([]);
  });

  test('takes the first blank line for its end, of whichever kind', () => {
    expect(pass([latin1('A: b\n\nC\r\n\r\n')]).passed).toEqual(['A: b\n\nC\r\n\r\n']);
    expect(pass([latin1('A: b\r\n\r\nC\n\n')]).passed).toEqual(['A: b\r\n\r\nC\n\n']);
  });

  test('lets everything through that follows, whatever it is', () => {
    const { passed, problem } = pass(['A: b\r\n\r\n', 'no head', '\0\xff'].map(latin1));
    expect(passed).toEqual(['A: b\r\n\r\n', 'no head', '\0\xff']);
    expect(problem).toBeUndefined();
  });
});

describe('what is no head', () => {
  test('is told as missing where nothing came', () => {
    expect(pass([])).toEqual({ passed: [], problem: 'missing' });
    expect(pass([latin1(''), latin1('')])).toEqual({ passed: [], problem: 'missing' });
  });

  test.each(['A: b', 'A: b\r\n', 'A: b\r\n\r', 'A: b\n', '<html>'])('is told as incomplete: %j', (text) => {
    expect(pass([latin1(text)])).toEqual({ passed: [], problem: 'incomplete' });
  });

  test.each([
    '<html>\n\n',
    'no colon\r\n\r\n',
    'A: b\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n\r\n',
    'A : b\r\n\r\n',
    'A B: c\r\n\r\n',
    ': b\r\n\r\n',
    'A: b\r\n folded\r\n\r\n',
    'A: b\rC: d\r\n\r\n',
    'A: \0\r\n\r\n',
    '\xe9: b\r\n\r\n',
    'A: b\r\n\t\r\n\r\n',
    'A: b\n\xa0\n\n',
  ])('is told as malformed: %j', (text) => {
    expect(pass([latin1(text)])).toEqual({ passed: [], problem: 'malformed' });
  });

  test.each(['\r\n', '\n', '\r\n\r\nbody', '\n\nbody', '\r\nbody', '\nA: b\n\n'])(
    'is told as empty where it begins with a blank line: %j',
    (text) => {
      expect(pass([latin1(text)])).toEqual({ passed: [], problem: 'empty' });
      expect(pass([...text].map(latin1))).toEqual({ passed: [], problem: 'empty' });
    },
  );

  test('keeps back everything that follows', () => {
    expect(pass(['no colon\r\n\r\n', 'Status: 200\r\n\r\n'].map(latin1)).passed).toEqual([]);
  });
});

describe('a head of as many bytes as the limit allows', () => {
  const head = `A: ${'b'.repeat(93)}\r\n\r\n`;

  test('passes, however much body follows in the same piece', () => {
    expect(head).toHaveLength(100);
    expect(pass([latin1(`${head}${'x'.repeat(500)}`)], 100).problem).toBeUndefined();
    expect(pass([latin1(head)], 100).passed).toEqual([head]);
  });

  test('and one byte more does not pass', () => {
    expect(pass([latin1(head)], 99)).toEqual({ passed: [], problem: 'too-large' });
  });

  test('is known to be larger before it is complete, and nothing more is kept', () => {
    const gate = new ResponseHeadGate(100);
    gate.pass(Buffer.alloc(100, 'a'));
    expect(gate.problem).toBe('incomplete');
    gate.pass(Buffer.from('a'));
    expect(gate.problem).toBe('too-large');
    expect(gate.pass(Buffer.from('\r\n\r\n'))).toBeUndefined();
  });
});
