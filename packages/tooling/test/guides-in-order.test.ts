import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fcgi, GuideProject, RunningProgram } from '../src/guide-project.ts';
import { type CodeBlock, codeBlocks } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { findProgram, skipReason } from '../src/system-packages.mjs';

const guides = new Map(
  [
    ...repositoryFiles('docs', ['.md']),
    ...repositoryFiles('.', ['README.md']).filter(({ path }) => path === 'README.md'),
  ].map(({ path, text }) => [path, text]),
);

function blocksOf(path: string): CodeBlock[] {
  return codeBlocks(guides.get(path) ?? '');
}

/** Where applications are started, and where configurations say that they are. */
function addresses(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, address = '']) => address.replace('unix:', ''));
}

const STARTED = /^(?:\$ )?(?:sudo )?(?:fcgi run .*--listen|node \S+\.js) (?:unix:)?(\/\S+\.sock)/gm;
/** Of a web server that does not start the application itself. */
const CONFIGURED =
  /^<!-- (?:\w+Config)\((?!.*"app").*"listen": "(unix:[^"]+)"|^console\.log\(\w+Config\(\{ listen: '(unix:[^']+)'/gm;

describe('a guide starts the application at the address that its configurations have', () => {
  const pairs = [...guides].flatMap(([path, text]) => {
    const started = addresses(text, STARTED);
    const configured = [...text.matchAll(CONFIGURED)].map(([, a, b]) => (a ?? b ?? '').replace('unix:', ''));
    return started.length > 0 && configured.length > 0 ? [{ path, started, configured }] : [];
  });

  test('in every language', () => {
    const paths = pairs.map(({ path }) => path);
    for (const name of ['nginx', 'apache-mod-proxy-fcgi', 'h2o', 'cherokee', 'caddy', 'lighttpd']) {
      for (const folder of ['docs', 'docs/ko', 'docs/zh'])
        expect(paths).toContain(`${folder}/deploying/${name}.md`);
    }
    for (const folder of ['docs', 'docs/ko', 'docs/zh'])
      expect(paths).toContain(`${folder}/getting-started.md`);
  });

  test.each(pairs)('$path', ({ configured, started }) => {
    expect([...new Set(configured)]).toEqual([...new Set(started)]);
  });
});

const isRoot = process.getuid?.() === 0;
const reason = isRoot ? skipReason('nginx') : 'needs root, as nginx has to be another user';
if (reason !== undefined) console.warn(`skipped: guides typed in order: ${reason}`);

describe.skipIf(reason)('what a guide says, typed in its order as root, leads to a page of nginx', () => {
  let folder: string;
  let project: GuideProject;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fcgi-js-typed-'));
    await chmod(folder, 0o755);
    project = new GuideProject(folder);
    await writeFile(join(folder, 'fcgi'), `#!/bin/sh\nexec '${process.execPath}' '${fcgi}' "$@"\n`, {
      mode: 0o755,
    });
  });

  afterEach(async () => {
    await project.stop();
    await rm(folder, { recursive: true });
  });

  /** What stands in guides, as it is in the folder of the test. */
  function mapped(text: string): string {
    return text
      .replaceAll(/\/(run|tmp|srv\/app)\/(?=[\w-]+\.(sock|js))/g, `${folder}/`)
      .replaceAll('sudo ', '');
  }

  const environment = () => ({ ...process.env, PATH: `${folder}:${process.env['PATH']}` });

  /** A command that goes on, such as a server. */
  async function start(command: string): Promise<RunningProgram> {
    const child = spawn('sh', ['-c', `exec ${mapped(command)}`], { cwd: folder, env: environment() });
    onTestFinished(() => void child.kill('SIGKILL'));
    const program = new RunningProgram(child);
    const [socket = ''] = addresses(mapped(command), STARTED);
    await program.listening(socket);
    return program;
  }

  async function type(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)('sh', ['-c', mapped(command)], {
      cwd: folder,
      env: environment(),
    });
    return stdout;
  }

  /** Starts Debian's nginx, whose workers are www-data, with a site in the place of its own. */
  async function startNginx(site: string): Promise<void> {
    const files = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map(
      (name) => `${name}_temp_path ${join(folder, `nginx-${name}`)};`,
    );
    const http = [...files, 'access_log off;', mapped(site).replaceAll(/listen (\[::\]:)?80;/g, '')]
      .join('\n')
      .replace('server {\n', `server {\nlisten unix:${folder}/http.sock;\n`);
    const config = join(folder, 'nginx.conf');
    await writeFile(
      config,
      `user www-data;\ndaemon off;\npid ${folder}/pid;\nevents {}\nhttp {\n${http}\n}\n`,
    );
    const nginx = spawn(findProgram('nginx') ?? 'nginx', ['-e', join(folder, 'error.log'), '-c', config]);
    onTestFinished(async () => {
      nginx.kill('SIGTERM');
      if (nginx.exitCode === null) await new Promise((resolve) => nginx.once('close', resolve));
    });
    await new RunningProgram(nginx).listening(join(folder, 'http.sock'));
    // The file is there before nginx listens on it.
    const answers = () =>
      page('/').then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(true);
  }

  async function page(path: string, host = 'localhost'): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: join(folder, 'http.sock'), path, headers: { host } };
      get(options, (answer) =>
        textOf(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject),
      ).on('error', reject);
    });
  }

  test('README.md', async () => {
    const lines = blocksOf('README.md')[0]?.text.split('\n') ?? [];
    const [serve = '', print = ''] = lines.filter((line) => line.startsWith('fcgi '));
    await start(serve);
    await startNginx(await type(print));
    expect(await page('/a?b')).toBe('200 The application has /a?b');
  });

  test.each(['docs', 'docs/ko', 'docs/zh'])('%s/deploying/nginx.md', async (place) => {
    const blocks = blocksOf(`${place}/deploying/nginx.md`);
    await start(blocks.find(({ language }) => language === 'sh')?.text.trim() ?? '');
    await startNginx(blocks.find(({ language }) => language === 'nginx')?.text ?? '');
    expect(await page('/a?b')).toBe('200 The application has /a?b');
  });

  test.each(['docs', 'docs/ko', 'docs/zh'])('%s/getting-started.md', async (place) => {
    const blocks = blocksOf(`${place}/getting-started.md`);
    const [hello, , site, again] = blocks.filter(({ language }) => language === 'js');
    const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text.trim());
    const [, serve = '', chgrp = ''] = commands;
    project.write('hello.js', hello?.text ?? '');
    const running = await start(serve);
    await startNginx(await project.run(site?.text ?? '').ended());
    expect(await page('/hello', 'example.org')).toMatch(/^502 /);
    await type(chgrp);
    expect(await page('/hello', 'example.org')).toBe('200 Hello from /\n');
    running.kill('SIGTERM');
    await running.ended();
    const [socket = ''] = addresses(mapped(serve), STARTED);
    await project.run(mapped(again?.text ?? '')).listening(socket);
    expect(await page('/hello/a', 'example.org')).toBe('200 The application has /a');
    // Both are in one folder here: that the last program and the last configuration belong together is in their text.
    const [production] = addresses(again?.text ?? '', /listen\('([^']+)'/g);
    expect(production).toMatch(/^\/run\//);
    expect(addresses(commands.at(-1) ?? '', /--listen (\S+)/g)).toEqual([production]);
    expect(await type(commands.at(-1) ?? '')).toContain(`server unix:${socket}`);
  });
});
