import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Yaml, yamlLines } from '../src/yaml.ts';

/** Text that a reader may take for something else. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    'yes',
    'No',
    'null',
    '~',
    '1e3',
    '0o7',
    '1_0',
    '.inf',
    '- a',
    'a: b',
    '# a',
    '&a',
    '*a',
    '!a',
    '<<',
  ),
  fc.constantFrom(
    'a\n',
    'a\n  b\n\nc\n',
    ' a\n',
    '\na\n',
    'a\n\n',
    'a\r\nb\n',
    'a\tb\n',
    '---\na\n',
    'a',
    'a\u2028\n',
  ),
  fc.array(fc.string(), { minLength: 1 }).map((lines) => `${lines.join('\n')}\n`),
);
const value = fc.letrec<{ value: Yaml }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.integer(), fc.boolean()),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;

// fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.
test('any value is read as it is', () => {
  fc.assert(
    fc.property(value, (written) => {
      expect(parse(yamlLines({ written }).join('\n'))).toEqual({ written });
    }),
    { numRuns: 2_000 },
  );
});

test('plain words stay without quotes, lines are a block, and what is undefined is left out', () => {
  const written = {
    kind: 'Deployment',
    image: 'a:1',
    list: ['x', { a: 1, z: [] }],
    text: 'a\n  b\n',
    none: undefined,
  };
  expect(yamlLines(written)).toEqual([
    'kind: Deployment',
    'image: "a:1"',
    'list:',
    '  - x',
    '  - a: 1',
    '    z: []',
    'text: |',
    '  a',
    '    b',
  ]);
});
