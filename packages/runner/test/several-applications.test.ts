import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, folderWith, Runner } from './support/runner.ts';

const saying = (word: string) =>
  `module.exports = (req, res) => { console.log('asked'); res.end('${word} ' + process.ppid + ' ' + process.getuid()); };`;

/** The configuration of an application with the socket `NAME.sock`. */
const config = (name: string, more: object = {}) =>
  JSON.stringify({ app: `../${name}.cjs`, listen: `../${name}.sock`, ...more });

interface Started {
  readonly cwd: string;
  readonly runner: Runner;
  /** What an application answers. */
  get(name: string, path?: string): Promise<string>;
}

async function folder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const cwd = await folderWith({
    'shop.cjs': saying('shop'),
    'blog.cjs': saying('blog'),
    'pools/shop.json': config('shop', { workers: 2 }),
    'pools/blog.json': config('blog'),
    ...files,
  });
  // Others than this user may have to get in.
  chmodSync(cwd, 0o755);
  return cwd;
}

async function start(
  files: Readonly<Record<string, string>> = {},
  more: readonly string[] = [],
): Promise<Started> {
  const cwd = await folder(files);
  const runner = new Runner(['--config', 'pools/*.json', ...more], { cwd });
  onTestFinished(() => {
    // A successor is no child of this process.
    for (const [, pid] of runner.stderr.matchAll(/process (\d+) serves/g)) kill(Number(pid));
  });
  await runner.says(/\d of \d applications are served/);
  return { cwd, get: (name, path = '/') => ask(`unix:${cwd}/${name}.sock`, path), runner };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How a start ended that must not succeed. */
async function refusal(files: Readonly<Record<string, string>>, args = ['--config', 'pools/*.json']) {
  const cwd = await folder(files);
  const runner = new Runner(args, { cwd });
  const status = await runner.exited;
  expect(existsSync(join(cwd, 'shop.sock'))).toBe(false);
  return `${status} ${runner.stderr.replaceAll(`${cwd}/`, '')}`;
}

test('several applications have one parent, a socket each, and their names in what is printed', async () => {
  const { cwd, get, runner } = await start({}, ['--pid-file', 'pid']);
  const parent = runner.process.pid;
  expect(await get('shop')).toMatch(new RegExp(`^200 shop ${parent} `));
  expect(await get('blog')).toMatch(new RegExp(`^200 blog ${parent} `));
  expect(readFileSync(join(cwd, 'pid'), 'utf8')).toBe(`${parent}\n`);
  expect(runner.stderr).toMatch(
    /fcgi: shop: shop\.cjs \(.*\) is served on unix:.*\/shop\.sock by 2 workers\n/,
  );
  expect(runner.stderr).toContain('fcgi: 2 of 2 applications are served\n');
  await expect.poll(() => runner.stdout).toMatch(/^shop worker \d \(\d+\) \| asked$/m);
  await expect.poll(() => runner.stdout).toMatch(/^blog worker 1 \(\d+\) \| asked$/m);
  expect(await runner.stop()).toBe(0);
  for (const name of ['shop', 'blog']) expect(existsSync(join(cwd, `${name}.sock`))).toBe(false);
});

test('the same applications may stand in one file as "apps", and be printed as such', async () => {
  const apps = [{ app: 'shop.cjs', listen: './shop.sock', name: 'store' }, 'pools/blog.json'];
  const cwd = await folder({ 'fcgi.config.json': JSON.stringify({ apps, statusListen: './status' }) });
  const printed = new Runner(['--print-config'], { cwd });
  expect(await printed.exited).toBe(0);
  expect(JSON.parse(printed.stdout)).toMatchObject({
    apps: [
      { listen: `unix:${cwd}/shop.sock`, name: 'store', workers: 1 },
      { app: `${cwd}/blog.cjs`, name: 'blog' },
    ],
    statusListen: `unix:${cwd}/status`,
  });
  await writeFile(join(cwd, 'fcgi.config.json'), printed.stdout);
  const runner = new Runner([], { cwd });
  await runner.says(/2 of 2 applications are served/);
  expect(await ask(`unix:${cwd}/blog.sock`, '/')).toMatch(/^200 blog/);
  expect(await runner.stop()).toBe(0);
});

test('HUP to the parent loads all anew, HUP to a worker its own application', async () => {
  const { cwd, get, runner } = await start();
  for (const name of ['shop', 'blog']) await writeFile(join(cwd, `${name}.cjs`), saying(`${name} 2`));
  const [, worker] = /blog worker 1 \((\d+)\)/.exec(await said(runner, () => get('blog')))!;
  process.kill(Number(worker), 'SIGHUP');
  await runner.says(
    /blog: worker 1 was sent SIGHUP: reloading\n(?:.*\n)*.*blog: reloaded: all workers serve generation 2/,
  );
  expect(await get('blog')).toMatch(/^200 blog 2 /);
  expect(await get('shop')).not.toMatch(/shop 2 /);
  runner.signal('SIGHUP');
  await runner.says(/shop: reloaded: all workers serve generation 2/);
  await runner.says(/blog: reloaded: all workers serve generation 3/);
  expect(await get('shop')).toMatch(/^200 shop 2 /);
  expect(await runner.stop()).toBe(0);
});

/** What the workers have printed, after a request. */
async function said(runner: Runner, request: () => Promise<string>): Promise<string> {
  await request();
  await expect.poll(() => runner.stdout).toMatch(/blog worker/);
  return runner.stdout;
}

test.runIf(existsSync('/proc'))(
  'ps shows the name of the application, by which pkill finds its workers',
  async () => {
    const { cwd, get, runner } = await start();
    await writeFile(join(cwd, 'shop.cjs'), saying('shop 2'));
    const found = execFileSync('pgrep', ['-P', String(runner.process.pid), '-f', '^fcgi: shop '], {
      encoding: 'utf8',
    });
    const pids = found.trim().split('\n').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) process.kill(pid, 'SIGHUP');
    await runner.says(/shop: reloaded: all workers serve generation 2/);
    expect(await get('shop')).toMatch(/^200 shop 2 /);
    // Of the two signals, one has had an effect.
    expect(await runner.stop()).toBe(0);
    expect(runner.stderr.match(/was sent SIGHUP/g)).toHaveLength(1);
  },
);

test('an application that does not start is named and tried again, and the others serve', async () => {
  const broken = 'throw new Error("no database");';
  const { cwd, get, runner } = await start({ 'shop.cjs': broken });
  await runner.says(/1 of 2 applications are served; tried again: shop\n/);
  expect(runner.stderr).toMatch(/shop: shop\.cjs could not be started; it is tried again in 0\.\d s/);
  await expect.poll(() => runner.stderr).toMatch(/shop worker \d+ \(\d+\) \| .*no database/);
  expect(await get('blog')).toMatch(/^200 blog/);
  await writeFile(join(cwd, 'shop.cjs'), saying('shop'));
  await runner.says(/shop: shop\.cjs \(.*\) is served on/);
  expect(await get('shop')).toMatch(/^200 shop/);
  expect(await runner.stop()).toBe(0);
});

test('an application whose workers crash again and again leaves the others alone', async () => {
  const crashing = 'module.exports = (req, res) => process.exit(3);';
  const { get, runner } = await start({ 'shop.cjs': crashing, 'pools/shop.json': config('shop') });
  const [, worker] = /blog worker 1 \((\d+)\)/.exec(await said(runner, () => get('blog')))!;
  for (let crash = 1; crash <= 3; crash += 1) await expect(get('shop')).rejects.toThrow();
  await runner.says(/shop: 3 workers in a row have ended soon after their start/);
  expect(await get('blog')).toMatch(/^200 blog/);
  expect(new Set(runner.stdout.match(/blog worker 1 \(\d+\)/g))).toEqual(
    new Set([`blog worker 1 (${worker})`]),
  );
  expect(await runner.stop()).toBe(0);
});

test('where none can be started, the command ends, and names them', async () => {
  const broken = { 'shop.cjs': 'throw 1', 'blog.cjs': 'throw 2' };
  expect(await refusal(broken)).toMatch(
    /^1 (?:.*\n)*fcgi: None of the applications could be started: blog, shop\n$/,
  );
});

describe('a configuration that makes no sense starts nothing, and is named', () => {
  test.each([
    [
      'an unknown option',
      { 'pools/shop.json': '{ "worker": 2 }' },
      /^2 fcgi: pools\/shop\.json: There is no option "worker"/,
    ],
    [
      'no application',
      { 'pools/shop.json': '{ "listen": "./s" }' },
      /^2 fcgi: pools\/shop\.json: Which application/,
    ],
    [
      'an application that is not there',
      { 'pools/shop.json': config('none') },
      /^\d fcgi: pools\/shop\.json: There is no application/,
    ],
    [
      'no socket',
      { 'pools/shop.json': '{ "app": "../shop.cjs" }' },
      /^2 fcgi: pools\/shop\.json: Each of several applications needs a socket of its own/,
    ],
    [
      'options that need others',
      { 'pools/shop.json': config('shop', { idleExit: 5 }) },
      /^2 fcgi: pools\/shop\.json: --idle-exit with --workers needs --on-demand/,
    ],
    [
      'an unknown user',
      { 'pools/shop.json': config('shop', { user: 'nosuchuser' }) },
      /^2 fcgi: pools\/shop\.json: There is no user nosuchuser/,
    ],
    [
      'the same name',
      { 'pools/shop.json': config('shop', { name: 'blog' }) },
      /^2 fcgi: pools\/shop\.json: "name" is blog, which pools\/blog\.json has already/,
    ],
    [
      'the same socket',
      { 'pools/shop.json': config('shop', { listen: '../blog.sock' }) },
      /^2 fcgi: pools\/shop\.json: "listen" is unix:blog\.sock, which pools\/blog\.json has already/,
    ],
    [
      'an option of the parent',
      { 'pools/shop.json': config('shop', { pidFile: 'pid' }) },
      /^2 fcgi: pools\/shop\.json: "pidFile" is about the process that all applications share\. .*--pid-file/,
    ],
    [
      'a log that cannot be written',
      { 'pools/shop.json': config('shop', { accessLog: 'none/log' }) },
      /^1 fcgi: pools\/shop\.json: The log pools\/none\/log cannot be written/,
    ],
  ])('%s', async (_what, files, message) => {
    expect(await refusal(files)).toMatch(message);
  });

  test.each([
    [
      'an option of an application on the command line',
      ['--workers', '2', '--config', 'pools/*.json'],
      {},
      /^2 fcgi: --workers is about one application/,
    ],
    [
      'an option of an application beside "apps"',
      [],
      { workers: 2, apps: ['pools/*.json'] },
      /"workers" is about one application, and stands beside "apps"/,
    ],
    [
      'an application without a name',
      [],
      { apps: [{ app: 'shop.cjs', listen: './s' }] },
      /apps\[0\]: Its name is missing, as "name"/,
    ],
    ['a list within a list', [], { apps: ['fcgi.config.json'] }, /"apps" has no place in a file that/],
    ['no list', [], { apps: {} }, /"apps" must be an array/],
    [
      'a pattern that is like no file',
      ['--config', 'none/*.json'],
      {},
      /^2 fcgi: There is no file like none\/\*\.json/,
    ],
    [
      'an application on the command line',
      ['shop.cjs'],
      { apps: ['pools/*.json'] },
      /Of several applications none is named on the command line/,
    ],
  ])('%s', async (_what, args, file, message) => {
    expect(await refusal({ 'fcgi.config.json': JSON.stringify(file) }, args)).toMatch(message);
  });

  test('a socket that another process has', async () => {
    const { cwd, runner } = await start();
    const second = new Runner(['--config', 'pools/*.json'], { cwd });
    expect(await second.exited).toBe(1);
    expect(second.stderr).toMatch(/fcgi: .*\/pools\/blog\.json: .*blog\.sock/);
    expect(existsSync(join(cwd, 'shop.sock'))).toBe(true);
    expect(await runner.stop()).toBe(0);
  });
});

test('the status has all applications, and each by its name', async () => {
  const { cwd, runner } = await start({}, ['--status-listen', './status']);
  const status = async (path: string) => (await ask(`unix:${cwd}/status`, path)).replace(/^200 /, '');
  expect(JSON.parse(await status('/status?json&full'))).toMatchObject({
    pools: [
      { pool: 'blog', processes: [{ worker: 1 }] },
      { pool: 'shop', processes: [{}, {}] },
    ],
  });
  expect(JSON.parse(await status('/status/shop?json'))).toMatchObject({ pool: 'shop', 'total processes': 2 });
  expect(await status('/metrics')).toMatch(/^fcgi_workers\{pool="shop",state="idle"\} 2$/m);
  expect(await status('/?html')).toContain('<title>blog, shop – status</title>');
  expect(await runner.stop()).toBe(0);
});

test('USR1 goes on in new log files of all, and logs name their application', async () => {
  const logs = { accessLog: '../access.log', accessLogFormat: '%n %r' };
  const { cwd, get, runner } = await start({
    'pools/shop.json': config('shop', logs),
    'pools/blog.json': config('blog', { accessLog: '-' }),
  });
  const file = join(cwd, 'access.log');
  const text = () => readFileSync(file, 'utf8');
  await get('shop', '/one');
  await expect.poll(text).toBe('shop GET /one HTTP/1.1\n');
  renameSync(file, `${file}.1`);
  runner.signal('SIGUSR1');
  await expect
    .poll(async () => {
      await get('shop', '/two');
      return existsSync(file) ? text() : '';
    })
    .toMatch(/shop GET \/two/);
  await get('blog');
  await expect.poll(() => runner.stdout).toMatch(/^blog \| .*"GET \/ HTTP\/1\.1" 200/m);
  expect(await runner.stop()).toBe(0);
});

describe('USR2', () => {
  test('hands all sockets over, and follows what has become of the configuration', async () => {
    const { cwd, get, runner } = await start({ 'old.cjs': saying('old'), 'pools/old.json': config('old') });
    await rm(join(cwd, 'pools/old.json'));
    await writeFile(join(cwd, 'new.cjs'), saying('new'));
    await writeFile(join(cwd, 'pools/new.json'), config('new'));
    runner.signal('SIGUSR2');
    const [, successor] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
    await expect.poll(() => runner.process.exitCode).toBe(0);
    for (const name of ['shop', 'blog', 'new']) expect(await get(name)).toContain(`${name} ${successor} `);
    expect(existsSync(join(cwd, 'old.sock'))).toBe(false);
    process.kill(Number(successor), 'SIGTERM');
    expect(await runner.exited).toBe(0);
    for (const name of ['shop', 'blog', 'new']) expect(existsSync(join(cwd, `${name}.sock`))).toBe(false);
  });

  test('takes nothing over where an application does not start that served before', async () => {
    const { cwd, get, runner } = await start();
    await writeFile(join(cwd, 'shop.cjs'), 'throw new Error("broken release");');
    await writeFile(join(cwd, 'new.cjs'), saying('new'));
    await writeFile(join(cwd, 'pools/new.json'), config('new'));
    runner.signal('SIGUSR2');
    await runner.says(/starting anew has failed, and this process goes on/);
    for (const name of ['shop', 'blog']) expect(await get(name)).toContain(`${name} ${runner.process.pid} `);
    expect(existsSync(join(cwd, 'new.sock'))).toBe(false);
    expect(await runner.stop()).toBe(0);
  });

  test('does not wait for an application that did not serve before', async () => {
    const { get, runner } = await start({ 'shop.cjs': 'throw new Error("broken");' });
    runner.signal('SIGUSR2');
    const [, successor] = await runner.says(/process (\d+) serves; this one, \d+, lets its requests end/);
    await expect.poll(() => runner.process.exitCode).toBe(0);
    expect(await get('blog')).toContain(`blog ${successor} `);
    process.kill(Number(successor), 'SIGTERM');
    expect(await runner.exited).toBe(0);
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: several applications with users of their own (needs root)');

test.runIf(isRoot)('as root, each application has its own user, and a socket of that user', async () => {
  const idOf = (user: string) => Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
  const { cwd, get, runner } = await start({
    'pools/shop.json': config('shop', { user: 'www-data' }),
    'pools/blog.json': config('blog', { user: 'nobody' }),
  });
  for (const [name, user] of [
    ['shop', 'www-data'],
    ['blog', 'nobody'],
  ] as const) {
    expect(await get(name)).toBe(`200 ${name} ${runner.process.pid} ${idOf(user)}`);
    expect(statSync(join(cwd, `${name}.sock`)).uid).toBe(idOf(user));
  }
  expect(await runner.stop()).toBe(0);
});
