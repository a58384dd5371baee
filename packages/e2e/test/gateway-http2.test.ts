import { once } from 'node:events';
import http2, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGateway } from '@fcgi-js/client';
import { createServer, fromNodeListener } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';

/** A gateway behind a server of `node:http2`, before an application that says what it got. */
async function connect(): Promise<ClientHttp2Session> {
  const application = createServer({
    responder: fromNodeListener(async (req, res) => {
      res.statusMessage = 'Fine';
      res.setHeader('Set-Cookie', ['a=1', 'b=2']);
      const { headers, httpVersion, method, url } = req;
      res.end(JSON.stringify({ body: await text(req), headers, httpVersion, method, url }));
    }),
  });
  const gateway = createGateway({
    address: await application.listen('127.0.0.1:0'),
    allowedHosts: ['app.example'],
    onError: () => {},
  });
  const server = http2.createServer(gateway.listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    session.close();
    server.close();
    await gateway.close();
    await application.close();
  });
  return session;
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string) {
  const stream = session.request(
    { ':authority': 'app.example', ...headers },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  const [fields] = await once(stream, 'response');
  return { cookies: fields['set-cookie'], status: fields[':status'], text: await text(stream) };
}

test('requests of HTTP/2 reach the application, with the host that they name', async () => {
  const warned: Error[] = [];
  const warn = (warning: Error) => void warned.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const session = await connect();
  const answer = await ask(session, { ':path': '/a?b', 'x-own': 'yes' });
  expect(answer).toMatchObject({ cookies: ['a=1', 'b=2'], status: 200 });
  expect(JSON.parse(answer.text)).toEqual({
    body: '',
    headers: { host: 'app.example', 'x-own': 'yes' },
    httpVersion: '2.0',
    method: 'GET',
    url: '/a?b',
  });
  expect(await ask(session, { ':method': 'HEAD', ':path': '/' })).toMatchObject({ status: 200, text: '' });
  expect(warned).toEqual([]);
});

test.each([{}, { 'content-length': '4' }])('a body arrives with the fields %o', async (fields) => {
  const session = await connect();
  const answer = await ask(session, { ':method': 'POST', ':path': '/', ...fields }, 'body');
  expect(JSON.parse(answer.text)).toMatchObject({ body: 'body', headers: { 'content-length': '4' } });
});

test('a host that is not served is refused, and a body that is not read does not end the session', async () => {
  const session = await connect();
  const refused = await ask(
    session,
    { ':authority': 'other.example', ':method': 'POST', ':path': '/' },
    'body',
  );
  expect(refused.status).toBe(421);
  expect((await ask(session, { ':path': '/' })).status).toBe(200);
});
