import { once } from 'node:events';
import http, { type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fromNodeListener } from '@fcgi-js/server';
import { onTestFinished } from 'vitest';
import { start } from './harness.ts';
import { begin, GET, params, post, stdin } from './wire.ts';

/** One request; by default a GET. */
export interface Ask {
  /** Sent after the head; a POST then. */
  readonly body?: string;
  /** Fields by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the body that are announced; default as many as there are. More of them never come. */
  readonly length?: number;
}

/** What came back. */
export interface Got {
  readonly body: string;
  readonly status: number;
}

/** Sends a request to a server of `node:http` that listens. */
export async function overHttp(server: Server, { body, headers, length }: Ask = {}): Promise<Got> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const method = body === undefined ? 'GET' : 'POST';
  const size = length ?? body?.length ?? 0;
  const fields = body === undefined ? headers : { ...headers, 'Content-Length': size };
  const sent = http.request({ agent: false, headers: fields ?? {}, host: '127.0.0.1', method, port });
  onTestFinished(() => void sent.destroy());
  sent.on('error', () => {});
  if (body !== undefined) sent.write(body);
  if (size === (body?.length ?? 0)) sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { body: await text(response), status: response.statusCode ?? 0 };
}

/** The same over FastCGI. */
export async function overFastCgi(server: Server, { body, headers = {}, length }: Ask = {}): Promise<Got> {
  const { connect } = await start({ responder: fromNodeListener(server) });
  const peer = await connect();
  const fields = Object.entries(headers).map(([name, value]) => [
    `HTTP_${name.toUpperCase().replaceAll('-', '_')}`,
    value,
  ]);
  const list = { HTTP_HOST: 'example.org', ...Object.fromEntries(fields) };
  const size = length ?? body?.length ?? 0;
  peer.send(
    begin(1, { keepConn: true }),
    params(1, body === undefined ? { ...GET, ...list } : post(size, list)),
  );
  if (body !== undefined) peer.send(stdin(1, body));
  if (size === (body?.length ?? 0)) peer.send(stdin(1));
  const answer = await peer.answer(1);
  return { body: answer.body, status: Number.parseInt(answer.status ?? '200', 10) };
}
