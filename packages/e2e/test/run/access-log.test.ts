import { readFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

const app = `module.exports = (req, res) => {
  if (req.url === '/hangs') return;
  if (req.url === '/') return res.end('up');
  res.writeHead(201, { 'Set-Cookie': 'session=secret1' });
  res.end('hello');
};`;

/** Lines of the requests that wait for nginx to be up. */
const HARNESS = /(?:^|GET )\/(?: |$)/;

async function start(...options: readonly string[]) {
  const folder = await createScratchFolder();
  onTestFinished(folder.remove);
  await writeFile(join(folder.path, 'app.cjs'), app);
  const path = join(folder.path, 'app.sock');
  const args = ['--listen', path, '--workers', '2', '--access-log', 'access.log', ...options, 'app.cjs'];
  const runner = await startRunner(args, { cwd: folder.path });
  onTestFinished(() => runner.stop());
  const nginx = await startNginx({ application: { kind: 'unix', path }, folder: folder.path });
  onTestFinished(nginx.stop);
  const lines = async (name = 'access.log') =>
    (await readFile(join(folder.path, name), 'latin1').catch(() => ''))
      .split('\n')
      .slice(0, -1)
      .filter((line) => !HARNESS.test(line));
  return { folder: folder.path, lines, runner, url: nginx.url };
}

/** Sends a GET whose fields Node lets pass as they are, byte for byte. */
function get(url: URL, path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { headers, agent: false }, (response) => {
      text(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

const missing = skipReason('nginx');
const title = (name: string) => `${name}${missing ? ` (${missing})` : ''}`;

test.skipIf(missing)(
  title('what browsers send through nginx forges no line, and secrets are not in any'),
  async () => {
    const format =
      '%h "%r" %s %b "%{User-Agent}i" "%{X-Evil}i" "%{Cookie}i" "%{Authorization}i" "%{Set-Cookie}o" %X';
    const { lines, url } = await start('--access-log-format', format);
    const headers = {
      Authorization: 'Bearer secret1',
      Cookie: 'session=secret1',
      'User-Agent': 'a" 200 5 "b\\',
      'X-Evil': '\u009b31m\u00e9\ttab',
    };
    expect(await get(url, '/a%0ab?c="d"', headers)).toBe('hello');
    const [line] = await until(async () => ((await lines()).length > 0 ? lines() : undefined), {
      what: 'line',
    });
    expect(line).toBe(
      [
        '127.0.0.1 "GET /a%0ab?c=%22d%22 HTTP/1.1" 201 5 "a\\" 200 5 \\"b\\\\" "\\x9b31m\\xe9\\x09tab"',
        '"(15 characters, hidden)" "(14 characters, hidden)" "(15 characters, hidden)" +',
      ].join(' '),
    );
  },
);

test.skipIf(missing)(title('a browser that goes before it is answered has a line with 499'), async () => {
  const { lines, url } = await start('--access-log-format', '%U %s %X');
  const browser = connect(Number(url.port), url.hostname);
  browser.write(`GET /hangs HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  await get(url, '/other');
  browser.destroy();
  // Half closed, the connection is left to the handler for ten seconds.
  await until(async () => ((await lines()).length > 1 ? true : undefined), {
    what: 'second line',
    timeout: 20_000,
  });
  expect((await lines()).sort()).toEqual(['/hangs 499 X', '/other 201 +']);
});

test.skipIf(missing)(
  title('files are renamed under load, and every request is in one of them once'),
  async () => {
    const { folder, lines, runner, url } = await start('--access-log-format', '%U');
    const count = 600;
    const asked: Array<Promise<string>> = [];
    for (let index = 0; index < count; index += 1) {
      asked.push(get(url, `/${index}`));
      if (index % 20 === 0) await asked.at(-1);
      if (index % 150 === 75) {
        await rename(join(folder, 'access.log'), join(folder, `access.log.${index}`));
        runner.kill('SIGUSR1');
        await until(async () => readFile(join(folder, 'access.log')).catch(() => undefined), {
          what: 'new file',
        });
      }
    }
    await Promise.all(asked);
    const names = ['access.log.75', 'access.log.225', 'access.log.375', 'access.log.525', 'access.log'];
    const all = async () => (await Promise.all(names.map(lines))).flat();
    await until(async () => ((await all()).length >= count ? true : undefined), { what: 'last line' });
    const found = await all();
    expect(found).toHaveLength(count);
    expect(new Set(found).size).toBe(count);
  },
);
