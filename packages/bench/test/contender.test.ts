import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { contenders, formerSelf } from '../src/contender.ts';

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

test.each([...contenders.values()])('$title has a program', ({ program }) => {
  expect(existsSync(path(program.includes('.') ? `native/${program}` : `src/contenders/${program}.ts`))).toBe(
    true,
  );
});

test('only what has fcgi-js in it has a former self', () => {
  const names = [...contenders.values()].flatMap((one) => formerSelf(one, '/before')?.name ?? []);
  expect(names).toEqual([
    'raw-before',
    'node-before',
    'express-before',
    'fastify-before',
    'koa-before',
    'hono-before',
    'hono-listener-before',
    'held-before',
    'stdin-before',
  ]);
});
