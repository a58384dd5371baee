import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkUrl, judgeAnswer } from '../../src/check/check-url.ts';

test.each([
  [200, '<p>Hello', 'good', 'is answered with 200'],
  [302, '', 'good', 'is answered with 302'],
  [200, '#!/bin/sh\n', 'bad', 'with the text of the program'],
  [403, 'Forbidden', 'bad', 'Options ExecCGI'],
  [404, 'Not Found', 'bad', 'ignores .htaccess'],
  [500, 'Internal Server Error', 'bad', 'does not allow a line of .htaccess'],
])('%d with %j is %s', (status, body, state, words) => {
  const finding = judgeAnswer('https://example.org/', status, body);
  expect(finding).toMatchObject({ state, text: expect.stringContaining(words) });
});

test('a URL is asked for, and one that gives no answer is said to', async () => {
  const server = createServer((_req, res) => res.end('page'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await checkUrl(url)).toEqual([{ state: 'good', text: `${url} is answered with 200.` }]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await checkUrl(url)).toMatchObject([
    { state: 'bad', text: expect.stringContaining('gives no answer') },
  ]);
});
