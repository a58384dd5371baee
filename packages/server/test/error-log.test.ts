import { RemoteProtocolError } from '@fcgi-js/protocol';
import { FcgiServerError } from '@fcgi-js/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ErrorLog } from '../src/error-log.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function newLog() {
  const lines: string[] = [];
  return { lines, log: new ErrorLog((line) => lines.push(line)) };
}

function aborted() {
  return new FcgiServerError('FCGI_REQUESTS_EXCEEDED', 'request', 'Too many requests.');
}

test('what a handler throws is written with its stack', () => {
  const { lines, log } = newLog();
  log.report(new Error('broken'));
  expect(lines.join('')).toMatch(/^fcgi-js: Error: broken\n {4}at /);
});

test('what a web server caused is one line with its code', () => {
  const { lines, log } = newLog();
  log.report(new RemoteProtocolError('FCGI_REQUEST_ID_INVALID', 'connection', 'Not so.'));
  expect(lines).toEqual(['fcgi-js: FCGI_REQUEST_ID_INVALID: Not so.\n']);
});

test('ten errors of a code are written in a second, the others are counted', () => {
  const { lines, log } = newLog();
  for (let i = 0; i < 1_000; i += 1) log.report(aborted());
  expect(lines).toHaveLength(10);
  vi.advanceTimersByTime(1_000);
  log.report(aborted());
  expect(lines.slice(10)).toEqual([
    'fcgi-js: 990 more errors FCGI_REQUESTS_EXCEEDED\n',
    'fcgi-js: FCGI_REQUESTS_EXCEEDED: Too many requests.\n',
  ]);
});

test('a flood of one code does not hide another', () => {
  const { lines, log } = newLog();
  for (let i = 0; i < 20; i += 1) log.report(aborted());
  log.report(new FcgiServerError('FCGI_BODY_TIMEOUT', 'request', 'Late.'));
  expect(lines.at(-1)).toBe('fcgi-js: FCGI_BODY_TIMEOUT: Late.\n');
});

test('errors of handlers are not counted: each may be another one', () => {
  const { lines, log } = newLog();
  for (let i = 0; i < 50; i += 1) log.report(new Error(`error ${i}`));
  expect(lines).toHaveLength(50);
});
