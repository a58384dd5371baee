import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { ask, folderWith, Runner } from './support/runner.ts';

/** Tells about its process what a query asks for. */
const application = `const fs = require('fs');
  module.exports = (req, res) => {
    const [what, name] = req.url.slice(1).split('/');
    const told = {
      cwd: () => process.cwd(),
      env: () => process.env[name] ?? 'none',
      names: () => Object.keys(process.env).sort().join(' '),
      make: () => { fs.writeFileSync(name, ''); return (fs.statSync(name).mode & 0o777).toString(8); },
      status: () => fs.readFileSync('/proc/self/status', 'utf8'),
      pid: () => process.pid,
    };
    res.end(String(told[what]()));
  };`;

const ways: ReadonlyArray<[way: string, args: readonly string[]]> = [
  ['alone', []],
  ['with workers', ['--workers', '1']],
];

/** A folder that others may look into, with the application in it. */
async function place(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await folderWith({ 'app.cjs': application, ...files });
  await chmod(folder, 0o755);
  return folder;
}

/** The body of an answer. */
async function told(runner: Runner, path: string): Promise<string> {
  const answer = await runner.get(path);
  expect(answer).toMatch(/^200 /);
  return answer.slice('200 '.length);
}

describe.each(ways)('%s', (_way, args) => {
  const start = (cwd: string, more: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    new Runner(['--listen', './s', ...args, ...more, 'app.cjs'], { cwd, env }).serving();

  test('the application works in the folder that it is told, and paths are relative to where it was started', async () => {
    const cwd = await place({ 'data/.keep': '' });
    const runner = await start(cwd, ['--chdir', 'data', '--pid-file', 'pid']);
    expect(await told(runner, '/cwd')).toBe(join(cwd, 'data'));
    expect(existsSync(join(cwd, 'pid'))).toBe(true);
  });

  test('variables of a file are added, later files count more, and what is there already counts most', async () => {
    const cwd = await place({ '.env': 'A=one\nB="two words"\nHOME=/nowhere\n', 'more.env': 'A=later\n' });
    const runner = await start(cwd, ['--environment-file', '.env', '--environment-file', 'more.env'], {
      HOME: '/here',
    });
    expect(await told(runner, '/env/A')).toBe('later');
    expect(await told(runner, '/env/B')).toBe('two words');
    expect(await told(runner, '/env/HOME')).toBe('/here');
  });

  test('a byte order mark is no part of the first variable of a file', async () => {
    const cwd = await place({ '.env': '\uFEFFA=one\n' });
    expect(await told(await start(cwd, ['--environment-file', '.env']), '/env/A')).toBe('one');
  });

  test('a clean environment has what is needed, and the variables of files', async () => {
    const cwd = await place({ '.env': 'ADDED=yes\n' });
    const env = { SECRET: 'of the shell', NODE_ENV: 'production', LC_ALL: 'C', LANG: 'C', TZ: 'UTC' };
    const runner = await start(cwd, ['--clean-env', '--environment-file', '.env'], env);
    const names = (await told(runner, '/names')).split(' ');
    expect(names).toEqual(expect.arrayContaining(['ADDED', 'LANG', 'LC_ALL', 'NODE_ENV', 'PATH', 'TZ']));
    expect(names.filter((name) => /^(SECRET|NO_COLOR|VITEST.*)$/.test(name))).toEqual([]);
  });

  test('files are made with the mask that was asked for', async () => {
    const cwd = await place();
    const runner = await start(cwd, ['--umask', '027']);
    expect(await told(runner, '/make/file')).toBe('640');
  });

  test('the pid file tells the process to be signalled, and goes with it', async () => {
    const cwd = await place();
    const file = join(cwd, 'pid');
    const runner = await start(cwd, ['--pid-file', 'pid']);
    expect(readFileSync(file, 'utf8')).toBe(`${runner.process.pid}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(await runner.stop()).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  test('a pid file of a process that runs is left alone, one of a process that has gone is replaced', async () => {
    const cwd = await place();
    const file = join(cwd, 'pid');
    await writeFile(file, `${process.pid}\n`);
    const refused = new Runner(['--listen', './s', ...args, '--pid-file', file, 'app.cjs'], { cwd });
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toContain(`says that process ${process.pid} serves this already`);
    expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
    const gone = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' });
    await writeFile(file, gone);
    const runner = await start(cwd, ['--pid-file', file]);
    expect(readFileSync(file, 'utf8')).toBe(`${runner.process.pid}\n`);
  });

  test.runIf(process.platform === 'linux')(
    'a pid file from before a process began that has its number now is replaced',
    async () => {
      const cwd = await place();
      const file = join(cwd, 'pid');
      await writeFile(file, `${process.pid}\n`);
      await utimes(file, 1_000_000_000, 1_000_000_000);
      const runner = await start(cwd, ['--pid-file', file]);
      expect(readFileSync(file, 'utf8')).toBe(`${runner.process.pid}\n`);
    },
  );

  test('a pid file that has become another’s is not removed, and none is left by an application that fails', async () => {
    const cwd = await place({ 'broken.cjs': 'throw new Error("no database");' });
    const file = join(cwd, 'pid');
    const runner = await start(cwd, ['--pid-file', file]);
    await writeFile(file, '1\n');
    expect(await runner.stop()).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('1\n');
    const other = join(cwd, 'other');
    const broken = new Runner(['--listen', './s', ...args, '--pid-file', other, 'broken.cjs'], { cwd });
    expect(await broken.exited).toBe(1);
    expect(existsSync(other)).toBe(false);
  });

  test.each([
    [['--chdir', 'none'], /There is no folder .*\/none/, 2],
    [['--environment-file', 'none'], /The file of --environment-file cannot be read: ENOENT/, 1],
    [['--pid-file', 'none/pid'], /The pid file cannot be written: ENOENT/, 1],
    [['--pid-file', '.'], /The pid file \S+ is not a regular file/, 1],
    [['--umask', '9'], /octal number/, 2],
    [['--user', 'nobody-of-that-name'], /There is no user nobody-of-that-name/, 2],
    [['--user', '0', '--group', 'no-such-group'], /There is no group no-such-group/, 2],
    [['--group', '0'], /--user, which is missing/, 2],
    [['--user', '54321'], /no entry on this machine, and so no group: name one with --group/, 2],
  ])('%j is refused with the reason', async (more, reason, status) => {
    const runner = new Runner(['--listen', './s', ...args, ...more, 'app.cjs'], { cwd: await place() });
    expect(await runner.exited).toBe(status);
    expect(runner.stderr).toMatch(reason);
  });
});

test('a reload follows a symbolic link to where it leads now, and reads the variables anew', async () => {
  const release = (word: string) => application.replace("'none'", `'${word}'`);
  const cwd = await place({
    'releases/1/app.cjs': release('one'),
    'releases/2/app.cjs': release('two'),
    '.env': 'A=before\n',
  });
  await symlink('releases/1', join(cwd, 'current'));
  const args = ['--listen', './s', '--workers', '1', '--chdir', 'current', '--environment-file', '.env'];
  const runner = await new Runner([...args, 'current/app.cjs'], { cwd }).serving();
  expect(await told(runner, '/cwd')).toBe(join(cwd, 'releases/1'));
  await rm(join(cwd, 'current'));
  await symlink('releases/2', join(cwd, 'current'));
  await writeFile(join(cwd, '.env'), 'A=after\n');
  runner.signal('SIGHUP');
  await runner.says(/reloaded: all workers/);
  await expect.poll(() => told(runner, '/cwd')).toBe(join(cwd, 'releases/2'));
  expect(await told(runner, '/env/A')).toBe('after');
  expect(await told(runner, '/env/NONE')).toBe('two');
  await rm(join(cwd, '.env'));
  runner.signal('SIGHUP');
  await runner.says(/cannot be read: ENOENT.* The next worker has what the one before it had/);
  await runner.says(/generation 3/);
  expect(await told(runner, '/env/A')).toBe('after');
});

const isRoot = process.getuid?.() === 0;

/** What the kernel says of a process: real, effective, saved and file-system ids, and its groups. */
function credentials(status: string) {
  const field = (name: string) =>
    (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  return { uid: field('Uid'), gid: field('Gid'), groups: field('Groups').sort((a, b) => a - b) };
}

const idsOf = (user: string, option: string) =>
  execFileSync('id', [option, user], { encoding: 'utf8' })
    .trim()
    .split(' ')
    .map(Number)
    .sort((a, b) => a - b);

/** Of Debian's users one with a group beside its own: what becomes of that is the question. */
const user = 'www-data';
const four = (id = -1) => [id, id, id, id];

describe.runIf(isRoot).each(ways)('started by root, %s', (way, args) => {
  const start = (cwd: string, more: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    new Runner(['--listen', './s', ...args, ...more, 'app.cjs'], { cwd, env }).serving();

  test('the application is the user and has their groups and no other, for good', async () => {
    const cwd = await place();
    const runner = await start(cwd, ['--user', user, '--pid-file', 'pid', '--clean-env']);
    const status = await told(runner, '/status');
    const [uid] = idsOf(user, '-u');
    const [gid] = idsOf(user, '-g');
    expect(credentials(status)).toEqual({ uid: four(uid), gid: four(gid), groups: idsOf(user, '-G') });
    expect(await told(runner, '/env/USER')).toBe(user);
    expect(await told(runner, '/env/HOME')).toBe('/var/www');
    const socket = statSync(join(cwd, 's'));
    expect({ uid: socket.uid, gid: socket.gid, mode: socket.mode & 0o777 }).toEqual({
      uid,
      gid,
      mode: 0o660,
    });
    const parent = credentials(readFileSync(`/proc/${runner.process.pid}/status`, 'utf8'));
    expect(parent.uid).toEqual(way === 'alone' ? four(uid) : four(0));
    expect(await runner.stop()).toBe(0);
  });

  test('another group, by number, takes the place of the user’s own', async () => {
    const runner = await start(await place(), ['--user', user, '--group', '12345']);
    const { gid, groups } = credentials(await told(runner, '/status'));
    expect(gid).toEqual(four(12345));
    expect(groups).toContain(12345);
    expect(groups).not.toContain(0);
  });

  test('a user by number, without an entry on the machine, has one group', async () => {
    const runner = await start(await place(), ['--user', '54321', '--group', '54322']);
    expect(credentials(await told(runner, '/status'))).toEqual({
      uid: four(54321),
      gid: four(54322),
      groups: [54322],
    });
  });

  const noCaddy = skipReason('caddy');
  test.skipIf(noCaddy)(
    `a supplementary group of the user comes along${noCaddy ? ` (${noCaddy})` : ''}`,
    async () => {
      // Debian puts this user into the group www-data.
      const groups = idsOf('caddy', '-G');
      expect(groups).toHaveLength(2);
      const runner = await start(await place(), ['--user', 'caddy']);
      expect(credentials(await told(runner, '/status')).groups).toEqual(groups);
    },
  );

  test('the variables of a file are the application’s, and nothing that root runs heeds them', async () => {
    const cwd = await place();
    await writeFile(join(cwd, '.env'), `NODE_OPTIONS=--require=${cwd}/evil.cjs\nADDED=yes\n`);
    await writeFile(join(cwd, 'evil.cjs'), `require('fs').writeFileSync('${cwd}/evil', '');`);
    const runner = await start(cwd, ['--user', user, '--environment-file', '.env']);
    expect(await told(runner, '/env/ADDED')).toBe('yes');
    expect(existsSync(join(cwd, 'evil'))).toBe(false);
  });

  test('the socket is whom the options say', async () => {
    const cwd = await place();
    await start(cwd, ['--user', user, '--socket-owner', '0', '--socket-group', '12345']);
    const { uid, gid } = statSync(join(cwd, 's'));
    expect({ uid, gid }).toEqual({ uid: 0, gid: 12345 });
  });

  test('TCP is served, too', async () => {
    const cwd = await place();
    const runner = new Runner([...args, '--listen', '127.0.0.1:0', '--user', user, 'app.cjs'], { cwd });
    const [, address = ''] = await runner.says(/is served on (tcp:127\.0\.0\.1:\d+)/);
    expect(await ask(address, '/env/USER')).toBe(`200 ${user}`);
  });
});

test.runIf(isRoot)('who is not root can become nobody else, and need not become themselves', async () => {
  const cwd = await place();
  await mkdir(join(cwd, 'own'));
  await chmod(join(cwd, 'own'), 0o777);
  const script = join(cwd, 'as.cjs');
  await writeFile(
    script,
    `if (process.getuid() === 0) {
      process.setgroups([]); process.setgid('${user}'); process.setuid('${user}');
    }`,
  );
  const options = { cwd, env: { NODE_OPTIONS: `--require=${script}` } };
  const refused = new Runner(['--listen', './own/s', '--user', 'root', 'app.cjs'], options);
  expect(await refused.exited).toBe(2);
  expect(refused.stderr).toContain('Only root can become root');
  const same = await new Runner(['--listen', './own/s', '--user', user, 'app.cjs'], options).serving();
  expect(await same.get('/env/ADDED', `unix:${cwd}/own/s`)).toBe('200 none');
});
