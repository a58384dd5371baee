import { FcgiOptionError, isFcgiError } from '@fcgi-js/protocol';
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  functionSuchAs,
  integer,
  numberAbove,
  numberFrom,
  OBJECT,
  type OptionKind,
  oneOf,
  SIGNAL,
  TEXT,
} from '@fcgi-js/protocol/options';
import { expect, test } from 'vitest';
import { errorOf } from './support.ts';

const PORT = integer(0, 65_535, 'a port');

test.each<[string, OptionKind, good: unknown[], bad: unknown[]]>([
  ['true or false', BOOLEAN, [true, false], [0, 'true', null]],
  ['an object', OBJECT, [{}, new Map()], [null, [], 'text', 1]],
  ['text', TEXT, ['', 'a'], [1, null, {}]],
  ['anything', ANYTHING, [null, 1, 'a', []], []],
  ["'a' or true", oneOf('a', true), ['a', true], ['b', false, 1]],
  ['a number above 0', numberAbove(0), [0.1, Number.POSITIVE_INFINITY], [0, -1, '1', Number.NaN]],
  ['a number from 0 on', numberFrom(0), [0, 0.5], [-0.1, '0', Number.NaN]],
  [
    'an AbortSignal, such as that of an AbortController',
    SIGNAL,
    [new AbortController().signal, AbortSignal.abort()],
    [new AbortController(), {}, null, 'abort', { aborted: false }, { aborted: false, addEventListener: 1 }],
  ],
  ['a port', PORT, [0, 1, 65_535], [-1, 65_536, 1.5, '80']],
  ['a function, for example (x) => x', functionSuchAs('(x) => x'), [() => 1], ['f', {}, null]],
])('%s', (words, kind, good, bad) => {
  expect(kind.words).toBe(words);
  expect(good.filter((value) => !kind.accepts(value))).toEqual([]);
  expect(bad.filter((value) => kind.accepts(value))).toEqual([]);
});

test('options that are there, or undefined, are fine', () => {
  expect(checkOptions('f()', { a: 'text', b: undefined }, { a: TEXT, b: PORT })).toBeUndefined();
});

test.each<[given: unknown, message: string]>([
  [5, 'f() takes its options as an object, but got 5.'],
  [undefined, 'f() takes its options as an object, but got undefined.'],
  [null, 'f() takes its options as an object, but got null.'],
  [['a'], 'f() takes its options as an object, but got an array.'],
  [{ b: 1 }, 'f() has no option "b". Known are: a.'],
  [{ a: 1 }, 'f(): "a" must be text, but it is 1.'],
  [{ a: {} }, 'f(): "a" must be text, but it is an object.'],
  [{ a: [] }, 'f(): "a" must be text, but it is an array.'],
  [{ a: () => 1 }, 'f(): "a" must be text, but it is a function.'],
])('%j is refused: %s', (given, message) => {
  const error = errorOf(() => checkOptions('f()', given as { readonly a?: string }, { a: TEXT }));
  expect(error).toBeInstanceOf(FcgiOptionError);
  expect(error).toMatchObject({ code: 'FCGI_OPTION_INVALID', message, name: 'FcgiOptionError' });
  expect(isFcgiError(error)).toBe(true);
});

test('a long text is shown by its beginning', () => {
  const message = (text: string) =>
    (errorOf(() => checkOptions('f()', { a: text }, { a: PORT })) as Error).message;
  expect(message('x'.repeat(40))).toContain(`it is "${'x'.repeat(40)}".`);
  expect(message('x'.repeat(41))).toContain(`it is "${'x'.repeat(40)}…".`);
});

test('errors of these packages are known by their code, whichever copy made them', () => {
  const withCode = (code: unknown) => Object.assign(new Error('failed'), { code });
  expect(isFcgiError(withCode('FCGI_CONNECTION_CLOSED'))).toBe(true);
  expect(
    [new Error('FCGI_X'), withCode('ECONNREFUSED'), withCode(7), { code: 'FCGI_X' }, null].some(isFcgiError),
  ).toBe(false);
});
