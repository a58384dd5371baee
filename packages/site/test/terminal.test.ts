import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../../tooling/src/source-files.ts';
import { root } from '../../tooling/src/workspace.mjs';
import { drawTerminal } from '../src/terminal.ts';

const recordings = repositoryFiles('docs/terminal', ['.ansi']);

test('text keeps its colours, and is no markup', () => {
  const svg = drawTerminal('a < b', '\x1b[31m✗\x1b[39m \x1b[1m\x1b[2mx<y\x1b[22m & z\n');
  expect(svg).toContain('<title>a &lt; b</title>');
  expect(svg).toContain(
    '<tspan fill="var(--terminal-red)">✗</tspan> <tspan font-weight="700" fill="var(--terminal-dim)">x&lt;y</tspan> &amp; z',
  );
});

test('what cannot be drawn is an error', () => {
  expect(() => drawTerminal('', '\x1b[45mx')).toThrow('ESC [ 45m');
});

// `npx vitest run --project site test/terminal -u` draws them.
test.each(recordings)('$path is drawn as it was printed', async ({ path, text }) => {
  const [first = ''] = stripVTControlCharacters(text).split('\n');
  await expect(drawTerminal(first, text)).toMatchFileSnapshot(join(root, path.replace(/\.ansi$/, '.svg')));
});
