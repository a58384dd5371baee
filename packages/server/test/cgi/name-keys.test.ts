import { Params } from '@fcgi-js/server';
import { expect, test, vi } from 'vitest';
import { keyOf, PlacedNames } from '../../src/cgi/name-keys.ts';

/** What is made of the names of params. */
function made(names: PlacedNames, ...given: string[]): string[] {
  const all: string[] = [];
  Params.from(given.map((name) => [name, 'v'])).each(names, (each) => all.push(each));
  return all;
}

test('names that differ in length, first or last character have different keys', () => {
  const keys = ['', 'A', 'AB', 'AC', 'CB', 'ABB', 'A'.repeat(70_000)].map((name) =>
    keyOf(name, 0, name.length),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

test('names with one key are told apart by Params', () => {
  const params = Params.from([
    ['HTTP_AXB', '1'],
    ['HTTP_AYB', '2'],
  ]);
  expect(params.get('HTTP_AXB')).toBe('1');
  expect(params.get('HTTP_AZB')).toBeUndefined();
});

test('what is made of a name is made once, wherever the name comes', () => {
  const make = vi.fn((name: string) => name.toLowerCase());
  const names = new PlacedNames('HTTP_', make);
  expect(made(names, 'HTTP_A', 'HTTP_B', 'PATH')).toEqual(['http_a', 'http_b']);
  expect(made(names, 'HTTP_B', 'HTTP_A', 'HTTP_A')).toEqual(['http_b', 'http_a', 'http_a']);
  expect(make).toHaveBeenCalledTimes(2);
});

test('a name at the place of another with the same key is not taken for it', () => {
  const names = new PlacedNames('HTTP_', (name) => name.slice('HTTP_'.length));
  expect(made(names, 'HTTP_AXB')).toEqual(['AXB']);
  expect(made(names, 'HTTP_AYB')).toEqual(['AYB']);
  expect(made(names, 'HTTPXAYB')).toEqual([]);
  expect(made(names, 'HTTP')).toEqual([]);
});

test('names without end are made, and not kept', () => {
  const make = vi.fn((name: string) => name);
  const names = new PlacedNames('HTTP_', make);
  const long = `HTTP_${'X'.repeat(100)}`;
  const many = Array.from({ length: 3_000 }, (_, i) => `HTTP_${i}`);
  expect(made(names, long, long)).toEqual([long, long]);
  expect(made(names, ...many)).toEqual(many);
  expect(make).toHaveBeenCalledTimes(3_002);
});
