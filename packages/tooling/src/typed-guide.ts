import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { fcgi, GuideProject, RunningProgram } from './guide-project.ts';
import { type CodeBlock, codeBlocks } from './markdown.ts';
import { repositoryFiles } from './source-files.ts';
import { findProgram, type SystemProgram } from './system-packages.mjs';

const run = promisify(execFile);

/** The folders of the guides' languages. */
export const languages: readonly string[] = ['docs', 'docs/ko', 'docs/zh'];

/** The blocks of code of a guide. @param path such as `docs/deploying/nginx.md` */
export function blocksOf(path: string): CodeBlock[] {
  return codeBlocks(repositoryFiles('docs', ['.md']).find((file) => file.path === path)?.text ?? '');
}

/** The texts of the blocks in one language. */
export function ofLanguage(blocks: readonly CodeBlock[], language: string): string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

/** Where a program is, or its name. */
export function find(program: SystemProgram): string {
  return findProgram(program) ?? program;
}

/** A user and a group that a program runs as. */
interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The machine that the blocks of a guide are typed on: a folder in the place of `/run`, `/srv/app` and others, and a free port. */
export class TypedGuide {
  readonly folder: string;
  readonly port: number;
  readonly project: GuideProject;
  readonly environment: NodeJS.ProcessEnv;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    this.project = new GuideProject(folder);
    this.environment = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  }

  /** A new one. What runs there ends with the test, and the folder goes. */
  static async create(): Promise<TypedGuide> {
    const folder = await mkdtemp(join(tmpdir(), 'fcgi-js-typed-'));
    // Registered first, and so done last: programs that are still to be stopped write there.
    onTestFinished(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o755);
    const guide = new TypedGuide(folder, await freePort());
    onTestFinished(() => guide.project.stop());
    await guide.install('fcgi', `exec '${process.execPath}' '${fcgi}' "$@"`);
    return guide;
  }

  /** A command that is found before those of the machine. @param line of a shell */
  async install(name: string, line: string): Promise<void> {
    await writeFile(join(this.folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  /** What stands in guides, as it is here. */
  mapped(text: string): string {
    return text
      .replaceAll(
        /\/(?:run\/lighttpd|run|srv\/app|home\/me\/public_html|etc\/init\.d)(?=[/"> ])/g,
        this.folder,
      )
      .replaceAll(/\*:80\b/g, `127.0.0.1:${this.port}`);
  }

  async type(command: string): Promise<string> {
    const options = { cwd: this.folder, env: this.environment };
    return (await run('sh', ['-c', this.mapped(command)], options)).stdout;
  }

  /** A server: it ends with the test. */
  start(command: string, args: readonly string[], identity?: Identity): RunningProgram {
    // A group of its own: what a shell has started ends with it.
    const child = spawn(command, args, {
      cwd: this.folder,
      detached: true,
      env: this.environment,
      ...identity,
    });
    onTestFinished(async () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      process.kill(-child.pid, 'SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    });
    return new RunningProgram(child);
  }

  async startApplication(command: string): Promise<void> {
    const program = this.start('sh', ['-c', `exec ${this.mapped(command)}`]);
    await program.until(() => (program.output.includes('is served on') ? true : undefined));
  }

  /** Debian's nginx, whose workers are www-data, with a site in the place of its own. */
  async startNginx(site: string): Promise<void> {
    const files = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map(
      (name) => `${name}_temp_path ${join(this.folder, `nginx-${name}`)};`,
    );
    const http = [...files, 'access_log off;', this.mapped(site).replaceAll(/listen \[::\]:80;/g, '')]
      .join('\n')
      .replaceAll('listen 80;', `listen 127.0.0.1:${this.port};`)
      .replaceAll('unix:/run/', `unix:${this.folder}/`);
    const config = join(this.folder, 'nginx.conf');
    await writeFile(
      config,
      `user www-data;\ndaemon off;\npid ${join(this.folder, 'nginx.pid')};\nevents {}\nhttp {\n${http}\n}\n`,
    );
    this.start(find('nginx'), ['-e', join(this.folder, 'nginx-error.log'), '-c', config]);
  }

  /** What the web server answers, which may need a while until it listens: status and body. */
  async page(path: string, host = 'localhost'): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#ask(path, host).catch((error: unknown) => String(error));
      if (!answer.includes('ECONNREFUSED') || attempt === 100) return answer;
      await delay(100);
    }
  }

  #ask(path: string, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: this.port, path, headers: { host } }, (answer) =>
        textOf(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject),
      ).on('error', reject);
    });
  }
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
