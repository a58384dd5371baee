import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { contenders, formerSelf } from '../src/contender.ts';

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

test.each([...contenders.values()])('$title has a program', ({ program }) => {
  expect(existsSync(path(program.includes('.') ? `native/${program}` : `src/contenders/${program}.ts`))).toBe(
    true,
  );
});

test('only what has fcgi-js in it, and was there before, has a former self', () => {
  const copy = mkdtempSync(join(tmpdir(), 'fcgi-js-bench-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  mkdirSync(join(copy, 'contenders'));
  for (const program of ['express', 'floor', 'node', 'raw'])
    writeFileSync(join(copy, 'contenders', `${program}.js`), '');
  const names = [...contenders.values()].flatMap((one) => formerSelf(one, copy)?.name ?? []);
  expect(names).toEqual(['raw-before', 'node-before', 'express-before']);
});
