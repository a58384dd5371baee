import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { until } from '../src/poll.ts';
import { startRunner } from '../src/runner.ts';
import { createScratchFolder } from '../src/scratch-folder.ts';
import { startNginx } from '../src/web-servers/nginx.ts';

const missing = skipReason('nginx');

/** More than the buffers of a Unix socket hold, so that nginx has to wait with the rest of it. */
const BODY = Buffer.alloc(2_000_000, '.');

const APPLICATION = `
import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
createServer((req, res) => {
  if (req.url === '/pipe') {
    req.pipe(new PassThrough()).pipe(res);
  } else if (req.url === '/early') {
    req.on('data', () => {});
    res.end('early');
  } else {
    let bytes = 0;
    req.on('data', (chunk) => { bytes += chunk.length; });
    req.on('end', () => res.end(String(bytes)));
  }
}).listen(3000);
`;

test.skipIf(missing !== undefined).each([
  ['passes uploads on as they come', false],
  ['collects uploads', true],
])(
  'where nginx %s, it holds the rest of a body back once the answer has begun: a line says so, and a complete answer arrives',
  async (_name, collecting) => {
    const { path: folder, remove } = await createScratchFolder();
    onTestFinished(remove);
    await writeFile(join(folder, 'app.mjs'), APPLICATION);
    const socket = join(folder, 'app.sock');
    const runner = await startRunner(['--listen', socket, '--socket-mode', '666', 'app.mjs'], {
      cwd: folder,
    });
    onTestFinished(() => runner.stop());
    const nginx = await startNginx({ application: { kind: 'unix', path: socket }, collecting, folder });
    onTestFinished(() => nginx.stop());
    const post = (path: string, signal?: AbortSignal) =>
      fetch(new URL(path, nginx.url), { body: BODY, method: 'POST', ...(signal && { signal }) });

    expect(await (await post('/whole')).text()).toBe(String(BODY.length));
    expect(runner.output).not.toMatch(/FCGI_BODY/);
    const left = new AbortController();
    const stalled = post('/pipe', left.signal).then((response) => response.arrayBuffer());
    stalled.catch(() => {});
    await until(() => /FCGI_BODY_HELD_BACK: .*nginx passes on no more/.test(runner.output) || undefined, {
      what: 'line about the body',
    });
    left.abort();
    await expect(stalled).rejects.toThrow();
    expect(await (await post('/early')).text()).toBe('early');
  },
);
