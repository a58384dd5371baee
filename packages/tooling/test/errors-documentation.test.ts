import { describe, expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';

/** The packages whose errors docs/errors.md has, with the headings under which they stand. */
const sections: Record<string, readonly string[]> = {
  protocol: ['RemoteProtocolError', 'LocalProtocolError', 'FcgiOptionError'],
  server: ['Server'],
  client: ['Client'],
  inspector: ['Inspector'],
  doctor: ['Doctor'],
  conformance: ['Conformance'],
  runner: ['Runner'],
  dev: ['Dev'],
  init: ['Init'],
  bundle: ['Bundle'],
};

const [document] = repositoryFiles('docs', ['errors.md']);

/** The third-level headings below each of the second-level headings named. */
function headings(names: readonly string[]): string[] {
  const parts = (document?.text ?? '').split(/^## /m).slice(1);
  const chosen = parts.filter((part) => names.includes(part.split('\n', 1)[0] ?? ''));
  return chosen.flatMap((part) => Array.from(part.matchAll(/^### (.+)$/gm), ([, heading = '']) => heading));
}

/** What stands below the heading of a code. */
function entry(code: string): string {
  return document?.text.split(`\n### ${code}\n`)[1]?.split(/^##/m)[0] ?? '';
}

/** The codes of a package's errors, in the order of its source. */
function codesOf(name: string): string[] {
  const files = repositoryFiles(`packages/${name}/src`, ['/errors.ts', '/error-rules.ts']);
  const found = files.flatMap(({ text }) => text.match(/(?<=['{ ])FCGI_[A-Z0-9_]+(?=[':])/g) ?? []);
  return [...new Set(found)];
}

describe('codes', () => {
  const codes = Object.keys(sections).flatMap(codesOf);

  test('are of one package each, and so have one meaning; but wrong options are wrong everywhere', () => {
    const others = codes.filter((code) => code !== 'FCGI_OPTION_INVALID');
    expect(others.filter((code, index) => others.indexOf(code) !== index)).toEqual([]);
  });

  test('do not differ in the order of their words alone', () => {
    const sorted = [...new Set(codes)].map((code) => code.split('_').toSorted().join('_'));
    expect(sorted.filter((words, index) => sorted.indexOf(words) !== index)).toEqual([]);
  });

  test('name the thing before what is wrong with it', () => {
    const backwards =
      /^FCGI_(DUPLICATE|EXCEEDED|FOLDED|INVALID|MISSING|NO|NOTHING|OUTSIDE|TOO|TRUNCATED|UNEXPECTED|UNKNOWN|UNSUPPORTED)_/;
    expect(codes.filter((code) => backwards.test(code))).toEqual([]);
  });
});

describe.each(Object.entries(sections))('docs/errors.md on the errors of %s', (name, names) => {
  const codes = codesOf(name);

  test('has a heading for every code, each once, in the order of the source, and none for anything else', () => {
    expect(codes.length).toBeGreaterThan(0);
    expect(headings(names)).toEqual(codes);
  });

  test.each(codes)('says of %s what was wrong, what it ends and what to do', (code) => {
    expect(entry(code)).toMatch(
      /^\n- What was wrong: \S.+\n- Scope: (connection|request|none)\b.+\n- What to do: \S/s,
    );
  });
});
