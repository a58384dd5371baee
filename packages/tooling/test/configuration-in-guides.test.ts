import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { findProgram, type SystemProgram, skipReason } from '../src/system-packages.mjs';

const run = promisify(execFile);

const guides = [...repositoryFiles('docs', ['deploying.md']), ...repositoryFiles('.', ['README.md'])];

function blocks(language: string) {
  return guides.flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter((block) => block.language === language)
      .map((block) => ({ at: `${path}:${block.line}`, text: block.text })),
  );
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-guides-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Rejects with what the program says against the file, if it does. */
async function check(program: SystemProgram, file: string, text: string, args: string[]): Promise<void> {
  const path = join(folder, file);
  await writeFile(path, text);
  await run(findProgram(program) ?? program, [...args, path]);
}

const noNginx = skipReason('nginx');
describe.skipIf(noNginx)(`nginx takes what the guides say${noNginx ? ` (${noNginx})` : ''}`, () => {
  /** Locations stand in a server, servers and upstreams stand on their own. */
  async function checkNginx(block: string): Promise<void> {
    const site = /^(server|upstream) /m.test(block) ? block : `server {\n${block}\n}`;
    const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    );
    const http = [...temporary, 'access_log off;', site].join('\n');
    const text = `pid ${join(folder, 'pid')};\nevents {}\nhttp {\n${http}\n}\n`;
    await writeFile(join(folder, 'fastcgi_params'), 'fastcgi_param REQUEST_URI $request_uri;\n');
    await check('nginx', 'nginx.conf', text, ['-t', '-e', join(folder, 'error.log'), '-c']);
  }

  test.each(blocks('nginx'))('at $at', async ({ text }) => {
    await checkNginx(text);
  });

  test('and not what is wrong', async () => {
    await expect(checkNginx('location / { fastcgi_pas unix:/run/app.sock; }')).rejects.toThrow(
      /unknown directive "fastcgi_pas"/,
    );
  });
});

const noLighttpd = skipReason('lighttpd');
describe.skipIf(noLighttpd)(
  `lighttpd takes what the guides say${noLighttpd ? ` (${noLighttpd})` : ''}`,
  () => {
    async function checkLighttpd(block: string): Promise<void> {
      const documents = join(folder, 'documents');
      await mkdir(documents, { recursive: true });
      await check('lighttpd', 'lighttpd.conf', `server.document-root = "${documents}"\n${block}`, [
        '-tt',
        '-f',
      ]);
    }

    test.each(blocks('lighttpd'))('at $at', async ({ text }) => {
      // The program to start must exist for lighttpd to be content.
      await checkLighttpd(text.replace('/srv/app/server.js', process.execPath));
    });

    test('and not what is wrong', async () => {
      const fault = 'fastcgi.server = ( "/" => (( "socket" => "/run/app.sock" ) )';
      await expect(checkLighttpd(fault)).rejects.toThrow();
    });
  },
);

test('the guides have configuration for both', () => {
  expect(blocks('nginx').length).toBeGreaterThanOrEqual(4);
  expect(blocks('lighttpd').length).toBeGreaterThanOrEqual(1);
});
