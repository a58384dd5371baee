import { type FcgiRequestHandler, fromFetchHandler, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import { request } from '../support/wire.ts';

/** Fields by which a web server is told to make the body itself. */
const FIELDS = [
  'X-Accel-Redirect',
  'X-Sendfile',
  'X-Sendfile2',
  'X-LIGHTTPD-send-file',
  'X-Reproxy-URL',
  'X-LiteSpeed-Location',
];

/** Answers with these fields, and no body. */
const adapters: Array<[string, (headers: Record<string, string>) => FcgiRequestHandler]> = [
  ['a listener', (headers) => fromNodeListener((_, res) => res.writeHead(200, headers).end())],
  ['a fetch handler', (headers) => fromFetchHandler(() => new Response(null, { headers }))],
  [
    'a raw handler',
    (headers) =>
      ({ stdout }) => {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        stdout.end(`Status: 200 OK\r\n${lines.join('')}\r\n`);
      },
  ],
];

describe.each(adapters)('the answer of %s', (_, answering) => {
  test.each(FIELDS)('with %s may have the length of the file, and no body of its own', async (name) => {
    const file = '/protected/big.txt';
    const { connect, codes } = await start({
      responder: answering({ 'Content-Length': '100000', [name]: file }),
    });
    const peer = await connect();
    peer.send(request(1));
    const answer = await peer.answer(1);
    expect(answer).toMatchObject({ status: '200 OK', body: '', appStatus: 0 });
    const head = answer.head.map((line) => line.toLowerCase());
    expect(head).toEqual(
      expect.arrayContaining(['content-length: 100000', `${name.toLowerCase()}: ${file}`]),
    );
    expect(codes()).toEqual([]);
  });
});
