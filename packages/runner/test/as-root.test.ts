import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: fcgi run as root with --user (needs root)');

const application = `console.log('loaded');
module.exports = (req, res) => { console.log('asked', req.url); res.end(process.env.SECRET ?? 'none'); };`;

/** A folder of root with the application, and one of the application's user in it. */
async function place(files: Readonly<Record<string, string>> = {}) {
  const cwd = await folderWith({ 'app.cjs': application, ...files });
  chmodSync(cwd, 0o755);
  const theirs = join(cwd, 'theirs');
  await mkdir(theirs);
  chownSync(theirs, NOBODY, NOBODY);
  return { cwd, theirs };
}

/** What the user of the application makes. */
function link(target: string, path: string): void {
  symlinkSync(target, path);
  lchownSync(path, NOBODY, NOBODY);
}

const AS_NOBODY = ['--listen', './s', '--user', 'nobody'];

/** How a start ended that must not succeed. */
async function refusal(args: readonly string[], cwd: string): Promise<string> {
  const runner = new Runner(args, { cwd });
  const status = await runner.exited;
  return `${status} ${runner.stderr}`;
}

describe.runIf(isRoot)('root, with --user', () => {
  test('writes on in its logs after a rotation, and follows no link that the user has put there', async () => {
    const { cwd, theirs } = await place();
    const output = join(theirs, 'out.log');
    const args = [
      ...AS_NOBODY,
      '--workers',
      '1',
      '--output',
      'theirs/out.log',
      '--access-log',
      'theirs/access.log',
    ];
    const runner = await new Runner([...args, 'app.cjs'], { cwd }).serving();
    await runner.get('/one');
    await expect.poll(() => readFileSync(output, 'utf8')).toMatch(/asked \/one/);
    renameSync(output, `${output}.1`);
    link(join(cwd, 'made-by-root'), output);
    runner.signal('SIGUSR1');
    await runner.says(
      /the log .*out\.log cannot be written: root does not follow the link .* user 65534 has made it/,
    );
    await runner.get('/two');
    await expect.poll(() => readFileSync(`${output}.1`, 'utf8')).toMatch(/asked \/two/);
    expect(existsSync(join(cwd, 'made-by-root'))).toBe(false);
    rmSync(output);
    runner.signal('SIGUSR1');
    await expect.poll(() => existsSync(output)).toBe(true);
    await runner.get('/three');
    await expect.poll(() => readFileSync(output, 'utf8')).toMatch(/asked \/three/);
    await expect.poll(() => readFileSync(join(theirs, 'access.log'), 'utf8')).toMatch(/GET \/three/);
    expect(await runner.stop()).toBe(0);
  });

  test.each([
    ['--output', ['--workers', '1']],
    ['--access-log', []],
    ['--slow-log', []],
    ['--pid-file', []],
  ])('does not begin with a link of the user as the file of %s', async (option, more) => {
    const { cwd, theirs } = await place();
    link(join(cwd, 'made-by-root'), join(theirs, 'file'));
    expect(await refusal([...AS_NOBODY, ...more, option, 'theirs/file', 'app.cjs'], cwd)).toMatch(
      /^1 .*root does not follow the link \S+ to \S+, because user 65534 has made it\. Remove it/,
    );
    expect((await readdir(cwd)).sort()).toEqual(['app.cjs', 'theirs']);
  });

  test('writes its pid file into a folder of the user, and removes it', async () => {
    const { cwd, theirs } = await place();
    const runner = await new Runner([...AS_NOBODY, '--workers', '1', '--pid-file', 'theirs/pid', 'app.cjs'], {
      cwd,
    }).serving();
    expect(readFileSync(join(theirs, 'pid'), 'utf8')).toBe(`${runner.process.pid}\n`);
    expect(await runner.stop()).toBe(0);
    expect(await readdir(theirs)).toEqual([]);
  });

  test('reads no secrets of its own for the user by a link in the place of an environment file', async () => {
    const { cwd, theirs } = await place({ secrets: 'SECRET=of root\n' });
    chmodSync(join(cwd, 'secrets'), 0o600);
    const args = [...AS_NOBODY, '--environment-file', 'theirs/.env', 'app.cjs'];
    link(join(cwd, 'secrets'), join(theirs, '.env'));
    expect(await refusal(args, cwd)).toMatch(
      /^1 .*--environment-file cannot be read: root does not follow the link/,
    );
    rmSync(join(theirs, '.env'));
    await writeFile(join(theirs, '.env'), 'SECRET=of the user\n');
    chownSync(join(theirs, '.env'), NOBODY, NOBODY);
    const runner = await new Runner(args, { cwd }).serving();
    expect(await runner.get()).toBe('200 of the user');
  });

  test.each(['js', 'json'])('does not run fcgi.config.%s in a folder of the user', async (extension) => {
    const text = extension === 'js' ? "require('fs').writeFileSync('ran', ''); module.exports = {};" : '{}';
    const { cwd, theirs } = await place();
    await writeFile(join(theirs, 'app.cjs'), application);
    await writeFile(join(theirs, `fcgi.config.${extension}`), text);
    const refused =
      /^2 .*root does not run the configuration file \S+, because \S+theirs belongs to user 65534, .*chown root/s;
    expect(await refusal([...AS_NOBODY, 'theirs/app.cjs'], cwd)).toMatch(refused);
    const named = ['--config', `theirs/fcgi.config.${extension}`];
    expect(await refusal([...AS_NOBODY, ...named, 'theirs/app.cjs'], cwd)).toMatch(refused);
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
    await writeFile(join(cwd, 'own.json'), JSON.stringify({ user: 'nobody', listen: './s' }));
    const runner = await new Runner(['--config', 'own.json', 'theirs/app.cjs'], { cwd }).serving();
    expect(await runner.stop()).toBe(0);
  });

  test('leaves no process of its own to the application, and no compiler of a configuration in TypeScript', async () => {
    const { cwd } = await place({
      'fcgi.config.ts': `process.env['SECRET'] = 'set by the configuration';
        export default { listen: './s', user: 'nobody' as string };`,
    });
    const runner = await new Runner(['app.cjs'], { cwd }).serving();
    expect(await runner.get()).toBe('200 set by the configuration');
    const threads = `/proc/${runner.process.pid}/task`;
    const children = (await readdir(threads)).map((thread) =>
      readFileSync(join(threads, thread, 'children'), 'utf8'),
    );
    expect(children.join('')).toBe('');
    expect(await runner.stop()).toBe(0);
  });

  test.each([
    ['throw new Error("no database");', /fcgi\.config\.ts could not be loaded: no database/],
    ['process.exit(3);', /could not be loaded: the process that runs it has ended: exit status 3/],
    ['export default { listen: () => 5 };', /could not be loaded: \(\) ?=> ?5 could not be cloned/],
  ])('says what is wrong with a configuration in TypeScript: %s', async (content, reason) => {
    const { cwd } = await place({ 'fcgi.config.ts': content });
    expect(await refusal([...AS_NOBODY, 'app.cjs'], cwd)).toMatch(reason);
  });

  test('does not run a configuration file that others can write', async () => {
    const { cwd } = await place({ 'fcgi.config.json': '{}' });
    chmodSync(join(cwd, 'fcgi.config.json'), 0o666);
    expect(await refusal([...AS_NOBODY, 'app.cjs'], cwd)).toMatch(
      /^2 .*because others than root can write \S+fcgi\.config\.json/,
    );
  });
});
