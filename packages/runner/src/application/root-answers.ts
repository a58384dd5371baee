import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  encodeBeginRequest,
  encodeParams,
  encodeStreamEnd,
  RecordDecoder,
  RecordType,
  Role,
} from '@fcgi-js/protocol';
import { createServer, fromNodeListener } from '@fcgi-js/server';
import { askForHttp } from './ask-for-http.ts';
import type { CapturedServer } from './captured-server.ts';

/** Milliseconds that a server has for its answer. */
const PATIENCE = 2_000;

const PARAMS: ReadonlyArray<readonly [string, string]> = Object.entries({
  GATEWAY_INTERFACE: 'CGI/1.1',
  HTTP_ACCEPT: 'text/html,*/*',
  HTTP_HOST: 'localhost',
  HTTP_USER_AGENT: 'fcgi (which server is the application?)',
  QUERY_STRING: '',
  REMOTE_ADDR: '127.0.0.1',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  SERVER_PROTOCOL: 'HTTP/1.1',
});

/** What servers for WebSockets, figures and the like answer there. A page may be for some people alone, or be another one. */
const NO_PAGE: ReadonlySet<number> = new Set([404, 405, 426]);

/** What health checks answer whatever they are asked. */
const HEALTH = /^\W*(?:(?:status|health)\W+)?(?:alive|healthy|ok|pong|up)\W*$/i;

/**
 * Asks a server for `/`, as a web server would, to tell an application from a server beside it.
 *
 * @returns whether it has a page there: neither an error, nor a redirect to another host, nor a word that says that it is healthy
 */
export async function hasPage({ server }: CapturedServer): Promise<boolean> {
  askForHttp();
  const asked = createServer({
    limits: { requestTimeout: PATIENCE },
    onError() {},
    responder: fromNodeListener(server),
  });
  const [ours, theirs] = duplexPair();
  asked.accept(theirs);
  const requestId = 1;
  ours.write(encodeBeginRequest({ keepConn: false, requestId, role: Role.Responder }));
  ours.write(encodeParams(requestId, PARAMS));
  ours.write(encodeStreamEnd(RecordType.Params, requestId));
  ours.write(encodeStreamEnd(RecordType.Stdin, requestId));
  try {
    return isPage(stdoutOf(await buffer(ours)));
  } finally {
    await asked.close({ timeout: 0 });
  }
}

function stdoutOf(bytes: Uint8Array): string {
  const decoder = new RecordDecoder();
  decoder.push(bytes);
  let text = '';
  for (let record = decoder.next(); record !== undefined; record = decoder.next()) {
    if (record.type === RecordType.Stdout) text += Buffer.from(record.content).toString('latin1');
  }
  return text;
}

function isPage(response: string): boolean {
  const end = response.indexOf('\r\n\r\n');
  const head = response.slice(0, end);
  const status = Number(/^Status: (\d+)/im.exec(head)?.[1] ?? 200);
  if (NO_PAGE.has(status) || status >= 500) return false;
  const isElsewhere = status >= 300 && status < 400 && /^Location: *(?:\w+:)?\/\//im.test(head);
  return !(isElsewhere || HEALTH.test(response.slice(end)));
}
