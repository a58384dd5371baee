import { describe, expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';

/** The packages whose errors docs/errors.md has, with the headings under which they stand. */
const sections: Record<string, readonly string[]> = {
  protocol: ['RemoteProtocolError', 'LocalProtocolError', 'FcgiOptionError'],
  server: ['Server'],
  client: ['Client'],
  inspector: ['Inspector'],
  doctor: ['Doctor'],
  runner: ['Runner'],
  dev: ['Dev'],
  init: ['Init'],
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

describe.each(Object.entries(sections))('docs/errors.md on the errors of %s', (name, names) => {
  const files = repositoryFiles(`packages/${name}/src`, ['/errors.ts']);
  const codes = [
    ...new Set(files.flatMap(({ text }) => text.match(/(?<=['{ ])FCGI_[A-Z0-9_]+(?=[':])/g) ?? [])),
  ];

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
