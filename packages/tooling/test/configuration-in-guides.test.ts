import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as configs from '@fcgi-js/configs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { findProgram, type SystemProgram, skipReason } from '../src/system-packages.mjs';

const run = promisify(execFile);

/** These have configurations that were measured, not such as are recommended. */
const measured = /\/web-servers(-extra)?\.md$/;

const guides = [
  ...repositoryFiles('docs', ['.md']).filter(({ path }) => !measured.test(path)),
  ...repositoryFiles('.', ['README.md']).filter(({ path }) => !path.startsWith('docs/')),
];

function blocks(language: string) {
  return guides.flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter((block) => block.language === language)
      .map((block) => ({ at: `${path}:${block.line}`, text: block.text })),
  );
}

const configurationLanguages = [
  'apache',
  'caddy',
  'dockerfile',
  'haproxy',
  'ini',
  'lighttpd',
  'nginx',
  'properties',
  'systemd',
  'xml',
  'yaml',
];

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
  async function checkNginx(block: string): Promise<void> {
    // Everybody may try that port.
    const site = block.replaceAll(/(listen (?:\[::\]:)?)80;/g, '$18000;');
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

  test.each(blocks('text').filter(({ text }) => text.startsWith('location ')))(
    'for a server of its own, at $at',
    async ({ text }) => {
      await checkNginx(`server {\n    listen 80;\n${text}}`);
    },
  );

  test('and not what is wrong', async () => {
    await expect(checkNginx('server { location / { fastcgi_pas unix:/run/app.sock; } }')).rejects.toThrow(
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

/** A configuration in a guide, with the call that prints it in a comment above. */
const printed = guides.flatMap(({ path, text }) => {
  const lines = text.split('\n');
  return codeBlocks(text)
    .filter(({ language }) => configurationLanguages.includes(language))
    .map((block) => ({ at: `${path}:${block.line}`, call: lines[block.line - 3] ?? '', text: block.text }));
});

/** What `name(options).part` gives, options as JSON. */
function print(call: string): unknown {
  const [, name = '', options = '', part] = /^<!-- (\w+)\((.*)\)(?:\.(\w+))? -->$/.exec(call) ?? [];
  const configure: unknown = Object.entries(configs).find(([exported]) => exported === name)?.[1];
  if (typeof configure !== 'function') throw new Error(`no call of @fcgi-js/configs: ${call}`);
  const result: unknown = Reflect.apply(configure, undefined, [JSON.parse(options)]);
  return part === undefined ? result : Object.entries(result as object).find(([key]) => key === part)?.[1];
}

describe('configuration in the guides is what @fcgi-js/configs prints', () => {
  test.each(printed)('at $at', ({ call, text }) => {
    expect(text).toBe(print(call));
  });

  test('and a call that there is not is noticed', () => {
    expect(() => print('<!-- thttpdConfig({}) -->')).toThrow('no call');
    expect(() => print('Below a prefix:')).toThrow('no call');
  });

  test('for every kind of web server and process manager', () => {
    const languages = guides.flatMap(({ text }) => codeBlocks(text).map(({ language }) => language));
    expect(configurationLanguages.filter((language) => !languages.includes(language))).toEqual([]);
  });
});
