import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createServer, type FcgiRequest, type FcgiServerOptions } from '@fcgi-js/server';
import { onTestFinished } from 'vitest';

/** Starts an application of one test, and gives its address. */
export async function startApplication(folder: string, options: FcgiServerOptions): Promise<string> {
  const address = `unix:${join(folder, 'app.sock')}`;
  const server = createServer(options);
  await server.listen(address);
  onTestFinished(() => server.close({ timeout: 0 }));
  return address;
}

/** Answers with what it was asked, as JSON: each character of a param is one byte. */
export async function echo(request: FcgiRequest): Promise<number> {
  const stdin = await buffer(request.stdin);
  const data = request.data === undefined ? undefined : (await buffer(request.data)).toString('latin1');
  const told = {
    role: request.role,
    params: Object.fromEntries(request.params),
    stdin: stdin.toString('latin1'),
    data,
  };
  await respond(request, `Status: 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(told)}`);
  return 0;
}

/** Answers with these bytes, head and body. */
export async function respond(request: FcgiRequest, answer: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => request.stdout.end(answer, resolve));
}
