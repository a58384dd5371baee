import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { FCGI, FcgiProcess, runFcgi } from '../support/fcgi-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** A folder `shop` with an application in it. */
async function shop(): Promise<string> {
  const folder = join(await temporaryFolder(), 'shop');
  await mkdir(folder);
  await writeFile(join(folder, 'index.js'), "export default (req, res) => res.end('hello');\n");
  return folder;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777;
}

const HTACCESS = ['--web-server', 'apache-htaccess', '--mount', '/'];

test('the script gets its run bit whatever the umask is, and the next step is told', async () => {
  const cwd = await shop();
  const umask = ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, FCGI, 'init', ...HTACCESS];
  const { stderr, stdout } = await run('/bin/sh', umask, { cwd });
  expect(stderr).toBe(`Written: ${cwd}/shop.fcgi (0755)\nWritten: ${cwd}/.htaccess (0644)\n`);
  expect(await modeOf(join(cwd, 'shop.fcgi'))).toBe(0o755);
  expect(await modeOf(join(cwd, '.htaccess'))).toBe(0o644);
  expect(await readFile(join(cwd, 'shop.fcgi'), 'utf8')).toContain(`${FCGI} run ${cwd}/index.js\n`);
  expect(stdout).toBe(`${cwd}/.htaccess
It counts at once, where its folder is what the web server has at /.

Look at it:
    curl -i http://localhost/
After a new version of the application, have it started anew (touch does nothing):
    cp -p ${cwd}/shop.fcgi ${cwd}/shop.fcgi.new && mv ${cwd}/shop.fcgi.new ${cwd}/shop.fcgi
Where it does not work:
    fcgi doctor ${cwd}/shop.fcgi --config ${cwd}/.htaccess
`);
});

test('what it prints is what docs/terminal/init.ansi shows', async () => {
  const recording = new URL('../../../../docs/terminal/init.ansi', import.meta.url);
  const [command = '', ...shown] = (await readFile(recording, 'utf8')).split('\n');
  const cwd = await shop();
  await writeFile(join(cwd, 'app.js'), "export default (req, res) => res.end('hello');\n");
  const { stdout } = await runFcgi(command.replace('$ fcgi ', '').split(' '), {
    cwd,
    env: { FORCE_COLOR: '1' },
  });
  // The picture shows a command that npm has installed for all users.
  const installed = stdout.replaceAll(`sudo ${process.execPath} ${FCGI}`, 'sudo fcgi');
  expect(installed.replaceAll(cwd, '/srv/shop')).toBe(shown.join('\n'));
});

test('what was written runs', async () => {
  const cwd = await shop();
  await runFcgi(['init', ...HTACCESS], { cwd });
  const env = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET', REQUEST_URI: '/', SCRIPT_NAME: '' };
  const { stdout } = await run(join(cwd, 'shop.fcgi'), { env: { ...env, SERVER_PROTOCOL: 'HTTP/1.1' } });
  expect(stdout).toMatch(/Status: 200[\s\S]*hello$/);
});

test('one file that is there keeps all from being written; --force overwrites it, its mode too', async () => {
  const cwd = await shop();
  const script = join(cwd, 'shop.fcgi');
  await writeFile(join(cwd, '.htaccess'), 'mine');
  expect(await runFcgi(['init', ...HTACCESS], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `fcgi: Nothing is written: ${cwd}/.htaccess is there already; --force overwrites it.\n`,
  });
  expect(await readdir(cwd)).toEqual(['.htaccess', 'index.js']);
  expect(await readFile(join(cwd, '.htaccess'), 'utf8')).toBe('mine');
  await writeFile(script, 'old');
  await chmod(script, 0o600);
  expect(await runFcgi(['init', ...HTACCESS, '--force'], { cwd })).toMatchObject({ status: 0 });
  expect(await modeOf(script)).toBe(0o755);
  expect(await readFile(join(cwd, '.htaccess'), 'utf8')).toContain('RewriteRule');
});

test('a symbolic link that leads nowhere, and a folder, are in the way, too', async () => {
  const cwd = await shop();
  await symlink('nowhere', join(cwd, 'shop.fcgi'));
  await mkdir(join(cwd, '.htaccess'));
  const outcome = await runFcgi(['init', ...HTACCESS], { cwd });
  expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('shop.fcgi is there already') });
  expect(outcome.stderr).toContain('.htaccess is a folder.');
  expect(await runFcgi(['init', ...HTACCESS, '--force'], { cwd })).toMatchObject({ status: 1 });
  expect(await readdir(cwd)).toEqual(['.htaccess', 'index.js', 'shop.fcgi']);
});

test('a folder that cannot be made is told', async () => {
  const cwd = await shop();
  const outcome = await runFcgi(['init', ...HTACCESS, '-o', 'index.js/below'], { cwd });
  expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('Cannot write') });
  expect(outcome.stderr.split('index.js/below')).toHaveLength(2);
});

test('--dry-run prints the files and writes none', async () => {
  const cwd = await shop();
  const outcome = await runFcgi(['init', '--yes', '--dry-run'], { cwd });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  for (const text of [
    `==> ${cwd}/shop.service (0644)\n[Unit]`,
    `==> ${cwd}/shop.socket (0644)\n`,
    `==> ${cwd}/shop-nginx.conf (0644)\nupstream shop {`,
    `sudo cp ${cwd}/shop-nginx.conf /etc/nginx/conf.d/shop.conf`,
  ]) {
    expect(outcome.stdout).toContain(text);
  }
  expect(await readdir(cwd)).toEqual(['index.js']);
});

test('--json lists the files that are written, into a folder that is made', async () => {
  const cwd = await shop();
  const flags = ['--web-server', 'lighttpd', '--start', 'init', '--yes', '--json', '-o', 'deploy/web'];
  const outcome = await runFcgi(['init', ...flags], { cwd });
  const told = JSON.parse(outcome.stdout) as { files: Array<{ path: string }> };
  expect(told).toMatchObject({
    written: true,
    files: [
      { path: `${cwd}/deploy/web/shop.init`, mode: '0755' },
      { path: `${cwd}/deploy/web/shop-lighttpd.conf`, mode: '0644' },
    ],
  });
  expect(outcome.stdout).not.toContain('"text"');
  const dry = await runFcgi(['init', ...flags, '--dry-run'], { cwd });
  expect(JSON.parse(dry.stdout)).toMatchObject({
    written: false,
    files: [{ text: await readFile(`${cwd}/deploy/web/shop.init`, 'utf8') }, { mode: '0644' }],
  });
});

test.each([
  [[], 'give --web-server, --start, --mount, --server-name, or --yes'],
  [['--web-server', 'nginx', '--mount', '/'], 'give --start, --server-name, or --yes'],
  [['--web-server', 'apache-htaccess'], 'give --mount, or --yes'],
  [['--web-server', 'tomcat'], 'Allowed choices'],
  [['--start', 'cron'], 'Allowed choices'],
  [['--yes', '--mount', 'shop'], '--mount: must be a path'],
  [['--yes', '--server-name', 'a b'], '--server-name: '],
  [['--yes', 'none.js'], 'There is no application'],
])('%j is refused without a terminal', async (flags, reason) => {
  const cwd = await shop();
  const outcome = await runFcgi(['init', ...flags], { cwd });
  expect(outcome).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(reason) });
  expect(await readdir(cwd)).toEqual(['index.js']);
});

const noTerminal = skipReason('script');
const DOWN = '\x1b[B';
const ENTER = '\r';
const CTRL_C = '\x03';

test.skipIf(noTerminal)(
  `a terminal is asked what no flag says, and again where an answer makes no sense${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const cwd = await shop();
    const running = new FcgiProcess(['init'], { cwd, terminal: true, columns: 100 });
    await running.printed('Which web server');
    running.write(ENTER);
    await running.printed('What starts the application?');
    running.write(DOWN + ENTER);
    await running.printed('Which prefix');
    running.write(`shop?${ENTER}`);
    await running.printed('--mount: ');
    running.write(`\x7fping${ENTER}`);
    await running.printed('host name');
    running.write(`a.example b.example${ENTER}`);
    expect(await running.outcome()).toMatchObject({ status: 0 });
    expect(await readdir(cwd)).toEqual(['index.js', 'shop-nginx.conf', 'shop-supervisor.conf']);
    const site = await readFile(join(cwd, 'shop-nginx.conf'), 'utf8');
    expect(site).toContain('server_name a.example b.example;');
    expect(site).toContain('^/shopping$');
  },
);

test.skipIf(noTerminal)(
  `a terminal without a width is none to ask on${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const outcome = await runFcgi(['init'], { cwd: await shop(), terminal: true });
    expect(outcome).toMatchObject({ status: 2, stdout: expect.stringContaining('Without a terminal') });
  },
);

test.skipIf(noTerminal).each(['Which web server', 'Which prefix', 'host name'])(
  `Ctrl-C at the question "%s" ends it, and nothing is written${noTerminal ? ` (${noTerminal})` : ''}`,
  async (question) => {
    const cwd = await shop();
    const running = new FcgiProcess(['init', '--start', 'hand'], { cwd, terminal: true, columns: 100 });
    for (const next of ['Which web server', 'Which prefix', 'host name']) {
      await running.printed(next);
      if (next === question) break;
      running.write(ENTER);
    }
    running.write(CTRL_C);
    const outcome = await running.outcome();
    expect(outcome).toMatchObject({ status: 130, stdout: expect.stringContaining('Nothing is written.') });
    expect(await readdir(cwd)).toEqual(['index.js']);
  },
);
