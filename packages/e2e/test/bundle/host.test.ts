import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FcgiClient } from '@fcgi-js/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { root } from '../../../tooling/src/workspace.mjs';
import { bundleProject, startHost, upload, writeProject } from '../../src/bundles.ts';
import { Child } from '../../src/child.ts';
import { HttpClient } from '../../src/http.ts';
import { until } from '../../src/poll.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import type { WebServer } from '../../src/web-servers/web-server.ts';

const run = promisify(execFile);
const examples = join(root, 'docs/examples');

/** Bytes. */
const LARGEST_EXAMPLE = 1_500_000;
/**
 * Processor time until the first page of the example has been answered, where 1 is what an empty HTTP server of Node takes.
 * Measured: 3.1 to 4.7. Where that takes 50 ms, this is 300.
 */
const LONGEST_START = 6;
const STARTS = 5;
/** Kibibytes of address space beyond what Node takes by itself. */
const ROOM = 512 * 1024;
const PROCESSES = 20;
/** An account that nothing else runs as: the system counts the processes of all of it. */
const ACCOUNT = 61_234;
/** All that suexec leaves of an environment; a server gives nothing more. */
const SUEXEC = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const CGI = {
  ...SUEXEC,
  GATEWAY_INTERFACE: 'CGI/1.1',
  PATH_INFO: '/',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  SCRIPT_NAME: '',
  SERVER_PROTOCOL: 'HTTP/1.1',
};

const reason = skipReason('apache2', 'mod_fcgid');
const noSpawner = webServerUser() === undefined ? 'needs root' : skipReason('spawn-fcgi');

describe.skipIf(reason)(`a bundle on a host${reason ? ` (${reason})` : ''}`, () => {
  let scratch: ScratchFolder;
  let site: string;
  let apache: WebServer | undefined;

  beforeEach(async () => {
    scratch = await createScratchFolder();
    site = join(scratch.path, 'site');
  });

  afterEach(async () => {
    await apache?.stop();
    apache = undefined;
    scratch.remove();
  });

  /** The Express example, where it is served from. */
  async function uploadExample() {
    const files = ['--include', 'express/public', '--static', '/public=express/public'];
    const out = join(scratch.path, 'out');
    const made = await bundleProject(
      examples,
      'express/app.js',
      ...files,
      '--node',
      process.execPath,
      '-o',
      out,
    );
    await upload(made.folder, site);
    return made;
  }

  /** What an HTTP server of Node alone takes, in kibibytes. */
  async function addressSpaceOfNode(): Promise<number> {
    const program =
      "const { readFileSync } = require('node:fs'); require('node:http').createServer().listen(0, () => { console.log(/VmPeak:\\s+(\\d+)/.exec(readFileSync('/proc/self/status'))[1]); process.exit(); });";
    const { stdout } = await run(process.execPath, ['-e', program]);
    return Number(stdout);
  }

  test('serves the Express example, and Apache sends the files of a folder itself', async () => {
    const made = await uploadExample();
    expect(made.bytes).toBeLessThan(LARGEST_EXAMPLE);
    apache = await startHost(scratch.path, site);
    const client = new HttpClient(apache.url);
    const page = await client.request('/show/a%20b?c');
    expect(page.text()).toContain('/show/a%20b?c');
    expect(page.field('x-powered-by')).toEqual(['Express']);
    const file = await client.request('/public/hello.txt');
    expect(file.text()).toBe(await readFile(join(examples, 'express/public/hello.txt'), 'utf8'));
    expect(file.field('x-powered-by')).toEqual([]);
    // What lies in the folder is the application's, and is not to be seen.
    for (const path of ['/app.fcgi', '/app/express/app.mjs', '/fcgi/bundle.json', '/.htaccess'])
      expect((await client.request(path)).text()).not.toContain('fcgiPlace');
  });

  /** Milliseconds of processor time, user and system, that a program takes from its start to its end. */
  async function processorTime(program: string, ...args: string[]): Promise<number> {
    const { stdout } = await run('/bin/sh', ['-c', '"$@" < /dev/null; times', 'sh', program, ...args], {
      env: CGI,
    });
    if (program !== process.execPath) expect(stdout).toMatch(/^Status: 200/m);
    // The second line is that of the children: user and system.
    const used = stdout.trim().split('\n').at(-1) ?? '';
    const parts = [...used.matchAll(/(\d+)m([\d.]+)s/g)];
    expect(parts).toHaveLength(2);
    return parts.reduce(
      (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
      0,
    );
  }

  test('starts, with Express, within a few times the processor time of an empty HTTP server of Node', async () => {
    await uploadExample();
    const empty = "require('node:http').createServer().listen(0, () => process.exit())";
    let ofNode = 0;
    let ofBundle = 0;
    // In turns, on a machine that others use, too; and some, since the system counts in steps of 10 ms.
    for (let start = 0; start < STARTS; start += 1) {
      ofNode += await processorTime(process.execPath, '-e', empty);
      ofBundle += await processorTime(join(site, 'app.fcgi'));
    }
    expect(ofBundle).toBeLessThan(LONGEST_START * ofNode);
  });

  test('runs with 512 MiB of address space beyond what Node takes', async () => {
    await uploadExample();
    const limit = (await addressSpaceOfNode()) + ROOM;
    const wrapper = join(scratch.path, 'limited');
    await writeFile(wrapper, `#!/bin/sh\nulimit -v ${limit} || exit\nunset HOME\nexec "$@"\n`, {
      mode: 0o755,
    });
    apache = await startHost(scratch.path, site, {
      directives: `FcgidWrapper "${wrapper} ${join(site, 'app.fcgi')}" .fcgi`,
    });
    const client = new HttpClient(apache.url);
    const pages = await Promise.all(Array.from({ length: 5 }, () => client.request('/stream')));
    for (const page of pages) expect(page.text()).toContain('line 10 of 10');
  });

  test.skipIf(noSpawner)(
    `runs where an account may have 20 processes and threads, without HOME${noSpawner ? ` (${noSpawner})` : ''}`,
    async () => {
      await uploadExample();
      await chmod(scratch.path, 0o777);
      const limit = (await addressSpaceOfNode()) + ROOM;
      const socket = join(scratch.path, 'app.sock');
      const account = String(ACCOUNT);
      const spawner = [
        findProgram('spawn-fcgi')!,
        '-n',
        '-s',
        socket,
        '-u',
        account,
        '-g',
        account,
        '--',
        './app.fcgi',
      ];
      const limits = `ulimit -u ${PROCESSES}; ulimit -v ${limit}; exec "$@"`;
      const child = new Child('/bin/sh', ['-c', limits, 'sh', ...spawner], { cwd: site, env: SUEXEC });
      try {
        await until(() => /is served on/.test(child.output) || undefined, { what: 'application' });
        const client = new FcgiClient({ address: `unix:${socket}` });
        const params = { ...CGI, REQUEST_URI: '/show/x', PATH_INFO: '/show/x' };
        const answers = await Promise.all(Array.from({ length: 5 }, () => client.request({ params })));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
        await client.close();
        const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
        expect(Number(/Threads:\s+(\d+)/.exec(status)?.[1])).toBeLessThanOrEqual(PROCESSES / 2);
      } finally {
        await child.stop();
      }
    },
  );

  test('has a check that says in words what works, and what does not', async () => {
    await uploadExample();
    const check = async (...args: string[]) => {
      try {
        return (await run(join(site, 'check'), args, { cwd: '/', env: SUEXEC })).stdout;
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    };
    apache = await startHost(scratch.path, site);
    const good = await check(apache.url.href);
    expect(good).toContain('yes  The application starts, and answers / with 200.');
    expect(good).toContain(`yes  ${apache.url.href} is answered with 200.`);
    expect(good).toContain('It works here.');
    await chmod(join(site, 'app.fcgi'), 0o775);
    expect(await check()).toMatch(/NO {3}Others may write to .*app\.fcgi, and suexec refuses that/);
    await chmod(join(site, 'app.fcgi'), 0o755);
    await writeFile(join(site, 'app/express/app.mjs'), 'throw new Error("broken");\n');
    expect(await check()).toContain(
      'NO   Missing, or of another size than when they were made: app/express/app.mjs.',
    );
    await rm(join(site, '.htaccess'));
    expect(await check()).toContain('app/express/app.mjs');
    await apache.stop();
    apache = await startHost(scratch.path, site, {
      directives: 'AllowOverride None\n    DirectoryIndex app.fcgi',
    });
    const answer = await new HttpClient(apache.url).request('/');
    expect(answer.text()).toContain('#!/bin/sh');
  });

  test('takes a native module beside it, and names its platform', async () => {
    const project = join(scratch.path, 'project');
    await mkdir(project);
    const files = {
      'app.js':
        "const answer = require('answer');\nmodule.exports = (req, res) => res.end('native: ' + answer.made);\n",
      'node_modules/answer/index.js': "module.exports = require('./build/Release/answer.node');\n",
      'node_modules/answer/package.json': '{ "name": "answer", "dependencies": { "bindings": "*" } }',
      'node_modules/bindings/index.js': '',
      'node_modules/bindings/package.json': '{ "name": "bindings" }',
    };
    await writeProject({ dependencies: ['answer'], files }, project);
    const source = join(scratch.path, 'answer.c');
    await writeFile(
      source,
      `int napi_create_int32(void *, int, void **);
int napi_set_named_property(void *, void *, const char *, void *);
void *napi_register_module_v1(void *env, void *exports) {
  void *value;
  napi_create_int32(env, 42, &value);
  napi_set_named_property(env, exports, "made", value);
  return exports;
}
`,
    );
    await mkdir(join(project, 'node_modules/answer/build/Release'), { recursive: true });
    const native = join(project, 'node_modules/answer/build/Release/answer.node');
    await run('gcc', ['-shared', '-fPIC', '-o', native, source]);
    const made = await bundleProject(project, 'app.js', '-o', join(scratch.path, 'out'));
    const file = 'app/node_modules/answer/build/Release/answer.node';
    expect(made.natives).toEqual([{ file, platform: `linux-${process.arch}` }]);
    await upload(made.folder, site);
    apache = await startHost(scratch.path, site);
    expect((await new HttpClient(apache.url).request('/')).text()).toBe('native: 42');
    const env = { ...SUEXEC, PATH: `${join(process.execPath, '..')}:${SUEXEC.PATH}` };
    const { stdout } = await run(join(site, 'check'), { env });
    expect(stdout).toContain('yes  answer: its native module can be loaded.');
  });

  test('switches to a release while it serves, and back, and keeps as many as are asked for', async () => {
    const project = join(scratch.path, 'project');
    await mkdir(project);
    const make = async (version: string) => {
      const files = {
        'assets/version.txt': version,
        'server.mjs': `import { createServer } from 'node:http';\ncreateServer((req, res) => res.end('${version}')).listen(3000);\n`,
      };
      await writeProject({ files }, project);
      const out = join(scratch.path, 'out');
      const own = ['--release', '--static', '/assets=assets', '--node', process.execPath, '-o', out];
      const { folder, release = '' } = await bundleProject(project, 'server.mjs', ...own);
      return { folder, out, release };
    };
    const activate = async (release: string, ...args: string[]) =>
      (await run(join(site, 'releases', release, 'activate'), args, { env: SUEXEC })).stdout;
    const one = await make('one');
    await cp(one.out, site, { recursive: true, verbatimSymlinks: true });
    apache = await startHost(scratch.path, site);
    const client = new HttpClient(apache.url);
    const page = async (path: string) => (await client.request(path)).text();
    const pages = async () => [await page('/'), await page('/assets/version.txt')];
    expect(await pages()).toEqual(['one', 'one']);
    const inode = async () => (await stat(join(site, 'app.fcgi'))).ino;
    const first = await inode();

    const two = await make('two');
    const uploaded = join(site, 'releases', two.release);
    await cp(two.folder, uploaded, { recursive: true });
    await rm(join(uploaded, 'app/server.mjs'));
    await expect(activate(two.release)).rejects.toThrow('app/server.mjs');
    expect(await pages()).toEqual(['one', 'one']);
    await cp(join(two.folder, 'app/server.mjs'), join(uploaded, 'app/server.mjs'));
    expect(await activate(two.release)).toContain(`${two.release} is the current release.`);
    expect(await inode()).not.toBe(first);
    expect(await pages()).toEqual(['two', 'two']);
    await activate(one.release);
    expect(await pages()).toEqual(['one', 'one']);

    const three = await make('three');
    await cp(three.folder, join(site, 'releases', three.release), { recursive: true });
    expect(await activate(three.release, '--keep', '2')).toContain(`Removed: ${one.release}`);
    expect(await pages()).toEqual(['three', 'three']);
    expect((await readdir(join(site, 'releases'))).toSorted()).toEqual([two.release, three.release]);
  });
});
