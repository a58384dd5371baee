import { expect, test } from 'vitest';
import { type FunctionKind, kindOfFunction } from '../../src/application/kind-of-function.ts';

/** In the words of their authors, and as a minifier leaves them. */
const functions: ReadonlyArray<[kind: FunctionKind, source: string, name?: string]> = [
  ['listener', '(req, res) => {}'],
  ['listener', 'async function app(request, response, next) {}'],
  ['listener', '(_req, res) => {}'],
  ['listener', '({ headers, url }, res) => {}'],
  ['listener', '(q, r) => {}'],
  ['listener', '(req, res = undefined) => {}'],
  ['listener', '(req /* of node:http, */, res) => {}'],
  ['listener', '((req, res) => {}).bind(undefined)'],
  ['fetch', '(request) => {}'],
  ['fetch', 'async req => {}'],
  ['fetch', 'c => {}'],
  ['fetch', '() => {}', 'fetch'],
  ['listener', '(req, res) => {}', 'handler'],
  ['other', '(event, context) => {}', 'handler'],
  ['other', '(e, t) => {}', 'handler'],
  ['other', '(event) => {}', 'handler'],
  ['other', '() => {}'],
  ['other', '(...args) => {}'],
  ['other', 'class Server { constructor(req, res) {} }'],
  ['other', 'function start(port, { host, res }) {}'],
  ['other', '(argv, options) => {}'],
  ['other', '(host, address) => {}'],
  ['other', '(options) => {}'],
];

test.each(functions)('%s: %s %s', (kind, source, name = 'default') => {
  expect(kindOfFunction(new Function(`return ${source}`)(), name)).toBe(kind);
});
