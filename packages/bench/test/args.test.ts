import { describe, expect, test } from 'vitest';
import { parseArguments, UsageError, usage } from '../src/args.ts';
import { contenders } from '../src/contender.ts';
import { kinds } from '../src/kinds/index.ts';
import { docsScale, fullScale, smokeScale, usualScale } from '../src/scale.ts';

const parse = (...argv: string[]) => parseArguments(argv, '/reports');

describe('the command line', () => {
  test('runs everything at the usual size if it says nothing', () => {
    expect(parse()).toEqual({
      before: undefined,
      contenders: undefined,
      docs: false,
      help: false,
      kinds: kinds.map(({ name }) => name),
      out: '/reports',
      profile: false,
      redraw: false,
      scale: usualScale,
      smoke: false,
    });
  });

  test('chooses kinds, which keep their order, and contenders', () => {
    const args = parse('stdin', 'hello', '--contenders', 'raw,floor');
    expect(args.kinds).toEqual(['hello', 'stdin']);
    expect(args.contenders).toEqual(new Set(['raw', 'floor']));
  });

  test('chooses a size, of which single figures can be changed', () => {
    expect(parse('--full').scale).toEqual(fullScale);
    expect(parse('--smoke', '--rounds', '2', '--milliseconds', '80').scale).toEqual({
      ...smokeScale,
      rounds: 2,
      milliseconds: 80,
    });
  });

  test('measures for the documentation, everything in two processes each', () => {
    expect(parse('--docs')).toMatchObject({ docs: true, scale: docsScale, kinds: parse().kinds });
    expect(parse('--docs', '--rounds', '2').scale).toEqual({ ...docsScale, rounds: 2 });
    expect(docsScale.generations).toBe(2);
  });

  test.each([
    [['helo'], 'There is no kind "helo": hello, hello-new'],
    [['--contenders', 'raw,apache'], 'There is no contender "apache"'],
    [['--rounds', '0'], '--rounds takes a whole number above 0'],
    [['--milliseconds', '1e3'], '--milliseconds takes a whole number above 0'],
    [['--full', '--smoke'], 'not two of them'],
    [['--docs', '--full'], 'not two of them'],
    [['--docs', 'hello'], '--docs is about everything'],
    [['--docs', '--out', '/tmp'], '--docs is about everything'],
    [['--quick'], '--quick'],
  ])('%j is refused with the reason', (argv, reason) => {
    expect(() => parse(...argv)).toThrow(UsageError);
    expect(() => parse(...argv)).toThrow(reason);
  });
});

test('the help names every kind and every contender', () => {
  const words = new Set(usage().split(/\s+/));
  const names = [...kinds.map(({ name }) => name), ...contenders.keys()];
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});
