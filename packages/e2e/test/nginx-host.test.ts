import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { describeSetup } from '../src/conformance/describe-setup.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

/** What the application is told when a browser sends this head: SERVER_NAME and HTTP_HOST. */
async function namesFor({ hostname, port }: URL, head: readonly string[]): Promise<(string | undefined)[]> {
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  const answer = await text(socket);
  const { params } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as {
    params: Record<string, string>;
  };
  return [params['SERVER_NAME'], params['HTTP_HOST']];
}

describeSetup(
  {
    application: 'authorizer-app',
    name: 'nginx that has no name for the site',
    programs: ['nginx'],
    start: startNginx,
  },
  (test) => {
    test('says its address for SERVER_NAME, which no browser can forge', async ({ running: { url } }) => {
      const names = await namesFor(url, ['GET /who HTTP/1.1', 'Host: evil.example:8443']);
      expect(names).toEqual(['127.0.0.1', 'evil.example:8443']);
    });

    test('says its address for the host of a browser that names none', async ({ running: { url } }) => {
      expect(await namesFor(url, ['GET /who HTTP/1.0'])).toEqual(['127.0.0.1', `127.0.0.1:${url.port}`]);
    });

    test('takes the host of a target in absolute form', async ({ running: { url } }) => {
      const names = await namesFor(url, ['GET http://shop.example/who HTTP/1.1', 'Host: shop.example']);
      expect(names).toEqual(['127.0.0.1', 'shop.example']);
    });
  },
);
