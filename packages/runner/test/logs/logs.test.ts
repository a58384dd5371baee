import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, Runner } from '../support/runner.ts';

const ways: ReadonlyArray<[string, readonly string[]]> = [
  ['alone', []],
  ['with workers', ['--workers', '2']],
];

async function start(script: string, args: readonly string[]) {
  const cwd = await folderWith({ 'app.cjs': script });
  const runner = new Runner(['--listen', './s', ...args, 'app.cjs'], { cwd });
  await runner.serving();
  const lines = async (name: string) => (await readFile(join(cwd, name), 'utf8')).split('\n').slice(0, -1);
  return { cwd, lines, runner };
}

const hello = "module.exports = (req, res) => res.writeHead(201).end('hello');";
const kinds: ReadonlyArray<[string, string]> = [
  ['a listener', hello],
  ['a fetch application', "module.exports = { fetch: () => new Response('hello', { status: 201 }) };"],
  ['handlers', "module.exports = { responder: ({ stdout }) => { stdout.end('Status: 201\\n\\nhello'); } };"],
  ['a server', `require('node:http').createServer(${hello.slice(17, -1)}).listen(80);`],
];

test.each(kinds)('each request to %s has a line', async (_kind, script) => {
  const { lines, runner } = await start(script, ['--access-log', 'access.log']);
  await runner.get('/a?b=1');
  await runner.get('/c');
  await expect.poll(() => lines('access.log')).toHaveLength(2);
  expect((await lines('access.log')).map((line) => line.replace(/\[.*?\]/, 'TIME'))).toEqual(
    ['- - - TIME "GET /a?b=1" 201 5 "-" "-"', '- - - TIME "GET /c" 201 5 "-" "-"'].map((line) =>
      line.replace('" 201', ' HTTP/1.1" 201'),
    ),
  );
});

test('a worker has its number in lines of JSON', async () => {
  const { lines, runner } = await start(hello, [
    '--workers',
    '1',
    '--access-log',
    'a',
    '--access-log-format',
    'json',
  ]);
  await runner.get('/a');
  await expect.poll(() => lines('a')).toHaveLength(1);
  expect(JSON.parse((await lines('a'))[0]!)).toMatchObject({
    method: 'GET',
    status: 201,
    url: '/a',
    worker: 1,
  });
});

test('a request that nobody waits for any more has status 499', async () => {
  const app = 'module.exports = (req, res) => process.kill(process.pid, "SIGTERM");';
  const { lines, runner } = await start(app, [
    ...['--access-log', 'access.log', '--access-log-format', '%r %s %X', '--stop-timeout', '0.1'],
  ]);
  await expect(runner.get('/hangs')).rejects.toThrow();
  await runner.exited;
  expect(await lines('access.log')).toEqual(['GET /hangs HTTP/1.1 499 X']);
});

test.each(ways)('lines go to stdout, apart from what says what happens: %s', async (_way, args) => {
  const { runner } = await start(hello, [
    ...args,
    '--access-log',
    '/dev/stdout',
    '--access-log-format',
    '%m %U',
  ]);
  await runner.get('/a');
  await expect.poll(() => runner.stdout).toBe('GET /a\n');
});

test.each(ways)('the last line before a crash is there: %s', async (_way, args) => {
  const app = `module.exports = (req, res) => {
    res.end();
    if (req.url === '/crash') queueMicrotask(() => { throw new Error('crash'); });
  };`;
  const { lines, runner } = await start(app, [...args, '--access-log', 'a', '--access-log-format', '%U']);
  await runner.get('/crash').catch(() => {});
  await expect.poll(() => lines('a')).toEqual(['/crash']);
});

test.each(ways)('SIGUSR1 goes on in a new file, and no line is lost: %s', async (_way, args) => {
  const { cwd, lines, runner } = await start(hello, [
    ...args,
    '--access-log',
    'log',
    '--access-log-format',
    '%U',
  ]);
  const count = 300;
  const asked: Array<Promise<string>> = [];
  for (let index = 0; index < count; index += 1) {
    asked.push(runner.get(`/${index}`));
    if (index % 10 === 0) await asked.at(-1);
    if (index % 100 === 50) {
      renameSync(join(cwd, 'log'), join(cwd, `log.${index}`));
      runner.signal('SIGUSR1');
      await expect.poll(() => readFileSync(join(cwd, 'log'))).toBeDefined();
    }
  }
  await Promise.all(asked);
  await expect
    .poll(async () => (await Promise.all(['log.50', 'log.150', 'log.250', 'log'].map(lines))).flat().length)
    .toBe(count);
  const files = await Promise.all(['log.50', 'log.150', 'log.250', 'log'].map(lines));
  expect(new Set(files.flat()).size).toBe(count);
  await runner.get('/later');
  await expect.poll(async () => (await lines('log')).at(-1)).toBe('/later');
});

test.each(ways)('a full disk stops nobody, and is reported once: %s', async (_way, args) => {
  const { runner } = await start(hello, [...args, '--access-log', '/dev/full']);
  for (let index = 0; index < 20; index += 1) expect(await runner.get()).toBe('201 hello');
  await runner.says(/the log \/dev\/full cannot be written: ENOSPC/);
  const workers = args.length === 0 ? 1 : 2;
  expect(runner.stderr.match(/cannot be written/g)!.length).toBeLessThanOrEqual(workers);
  expect(await runner.stop()).toBe(0);
});

test('a log that cannot be written is said at the start', async () => {
  const cwd = await folderWith({ 'app.cjs': hello });
  const runner = new Runner(['--access-log', 'missing/access.log', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(1);
  expect(runner.stderr).toMatch(/The log .*missing\/access\.log cannot be written: ENOENT/);
});

test('a file that cannot be made anew at SIGUSR1 stops nobody: the one from before goes on', async () => {
  const { cwd, runner } = await start(hello, ['--access-log', 'log', '--access-log-format', '%U']);
  renameSync(join(cwd, 'log'), join(cwd, 'before'));
  mkdirSync(join(cwd, 'log'));
  runner.signal('SIGUSR1');
  await runner.says(/the log .*log cannot be written: EISDIR/);
  expect(await runner.get('/a')).toBe('201 hello');
  await expect.poll(() => readFileSync(join(cwd, 'before'), 'utf8')).toBe('/a\n');
});

test('a format that makes no sense names what is wrong with it, with status 2', async () => {
  const cwd = await folderWith({ 'app.cjs': hello });
  const runner = new Runner(['--access-log', '-', '--access-log-format', '%h %Z', 'app.cjs'], { cwd });
  expect(await runner.exited).toBe(2);
  expect(runner.stderr).toMatch(/The code "%Z" is unknown/);
});

test('a format that asks for secrets is told that it does not get them', async () => {
  const { runner } = await start(hello, ['--access-log', '-', '--access-log-format', '%{Cookie}i %s']);
  expect(runner.stderr).toMatch(/^fcgi: the access log hides the values of %\{Cookie\}i: they are secrets$/m);
});

test('a new log is for its owner and group only', async () => {
  const { cwd } = await start(hello, ['--access-log', 'a']);
  expect(statSync(join(cwd, 'a')).mode & 0o777).toBe(0o640 & ~process.umask());
});

const slow = `const { existsSync } = require('node:fs');
module.exports = async (req, res) => {
  while (req.url === '/waits?token=secret1' && !existsSync('release')) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const until = Date.now() + (req.url === '/blocks' ? 400 : 0);
  while (Date.now() < until);
  res.end();
};`;

test.each(ways)(
  'a slow request is written down when it is slow, and when it ends: %s',
  async (_way, args) => {
    const { cwd, lines, runner } = await start(slow, [...args, '--slow-log', 'slow.log', '--slow-time', '1']);
    await runner.get('/quick');
    const answer = runner.get('/waits?token=secret1');
    await expect.poll(() => lines('slow.log').catch(() => [])).toHaveLength(1);
    const [still] = await lines('slow.log');
    expect(still).toMatch(
      /^\[\d{4}-[\dT:.-]+Z\] (process|worker \d+) .* "GET \/waits" still runs after [1-9]\d*\.\d{3} s: /,
    );
    expect(still).toMatch(/event loop \d+ % busy, blocked for at most \d+\.\d{3} s, waiting for .*Timeout/);
    await writeFile(join(cwd, 'release'), '');
    expect(await answer).toBe('200 ');
    await expect.poll(() => lines('slow.log')).toHaveLength(2);
    const all = await lines('slow.log');
    expect(all[1]).toMatch(/"GET \/waits" has taken \d+\.\d{3} s: complete, 200, event loop/);
    expect(all.join()).not.toContain('secret1');
  },
);

test('a request that blocks the event loop is written down when it ends, with how long', async () => {
  const { lines, runner } = await start(slow, ['--slow-log', 'slow.log', '--slow-time', '0.2']);
  expect(await runner.get('/blocks')).toBe('200 ');
  await expect.poll(() => lines('slow.log')).toHaveLength(1);
  const [, taken, blocked] =
    /has taken (\d+\.\d{3}) s: .* blocked for at most (\d+\.\d{3}) s$/.exec((await lines('slow.log'))[0]!) ??
    [];
  expect(Number(taken)).toBeGreaterThanOrEqual(0.4);
  expect(Number(blocked)).toBeGreaterThanOrEqual(0.3);
});
