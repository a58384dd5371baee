import { chmodSync, chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type FcgiServer, type ListenOptions } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AS_NOBODY, Child, program, whyNotRoot } from '../support/child.ts';
import { scratchFolder } from '../support/harness.ts';
import { because } from '../support/skipping.ts';

const NOBODY = 65_534;

function newServer(): FcgiServer {
  const server = createServer({
    responder: ({ stdout }) => {
      stdout.end(`Status: 200\r\n\r\nanswered`);
    },
  });
  onTestFinished(() => server.close({ timeout: 1 }));
  return server;
}

/** Listens in a folder of its own. */
async function listen(
  options?: ListenOptions,
): Promise<{ folder: string; path: string; server: FcgiServer }> {
  const folder = scratchFolder();
  const path = join(folder, 'app.sock');
  const server = newServer();
  await server.listen(`unix:${path}`, options);
  return { folder, path, server };
}

const modeOf = (path: string) => lstatSync(path).mode & 0o7777;

describe('the permissions of a Unix socket', () => {
  test.each([0o000, 0o022, 0o077, 0o777])('are 0660 by default, whatever the umask (%o)', async (umask) => {
    const before = process.umask(umask);
    onTestFinished(() => void process.umask(before));
    const { path } = await listen();
    expect(modeOf(path)).toBe(0o660);
    expect(process.umask()).toBe(umask);
  });

  test.each([0o600, 0o666, 0o777, 0o000])('are %o where they are told so', async (mode) => {
    const { path } = await listen({ mode });
    expect(modeOf(path)).toBe(mode);
  });

  test('are in force before anybody can find the socket: it is bound with none at all', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'app.sock');
    const umask = process.umask.bind(process);
    const seen: unknown[] = [];
    // Binding needs one call of the system, so what cannot be seen from here cannot be seen in between:
    // the umask is what it is bound with.
    const spy = vi.spyOn(process, 'umask').mockImplementation((mask?: number | string) => {
      const files = readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]);
      seen.push({ mask, files });
      return mask === undefined ? umask() : umask(mask);
    });
    try {
      await newServer().listen(path);
    } finally {
      spy.mockRestore();
    }
    expect(seen[0]).toEqual({ mask: 0o777, files: [] });
    expect(seen[1]).toMatchObject({ files: [['app.sock', 0o660]] });
  });

  test('are never wider for anybody who looks all the time', async () => {
    const folder = scratchFolder();
    const watcher = new Child(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { lstatSync, readdirSync } from 'node:fs';
       const modes = new Set();
       process.on('message', () => {});
       const end = Date.now() + 1500;
       console.log('watching');
       while (Date.now() < end) {
         for (const name of readdirSync(${JSON.stringify(folder)})) {
           try { modes.add((lstatSync(${JSON.stringify(folder)} + '/' + name).mode & 0o777).toString(8)); } catch {}
         }
       }
       console.log('seen', [...modes].join(' '));`,
    ]);
    await watcher.printed(/watching/);
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    while (!watcher.hasEnded) {
      const server = newServer();
      await server.listen(join(folder, 'app.sock'), { mode: 0o600 });
      await server.close();
    }
    const [, seen = ''] = await watcher.printed(/seen (.*)/);
    expect(seen.split(' ').filter((mode) => mode !== '0' && mode !== '600')).toEqual([]);
    expect(seen).not.toBe('');
  });

  test.each([-1, 0o1000, 0.5, Number.NaN])('that are none (%d) are refused', async (mode) => {
    await expect(listen({ mode })).rejects.toThrow(TypeError);
  });

  test.skipIf(because(whyNotRoot()))('keep others out', async () => {
    const { folder, path } = await listen();
    chmodSync(folder, 0o755);
    const code = `require('net').connect(${JSON.stringify(path)}).on('error', (e) => console.log(e.code))`;
    const [command, ...args] = [...AS_NOBODY, process.execPath, '--eval', code];
    const child = new Child(command!, args);
    await child.ended;
    expect(child.stdout).toBe('EACCES\n');
  });
});

describe.skipIf(because(whyNotRoot()))('the owner of a Unix socket (needs root)', () => {
  test.each([
    [{ owner: NOBODY, group: NOBODY }, NOBODY, NOBODY],
    [{ owner: '65534', group: '65534' }, NOBODY, NOBODY],
    [{ owner: 'nobody', group: 'nogroup' }, NOBODY, NOBODY],
    [{ owner: 'nobody' }, NOBODY, 0],
    [{ group: 'nogroup' }, 0, NOBODY],
  ])('is as told: %j', async (options, uid, gid) => {
    const { path } = await listen(options);
    const stats = lstatSync(path);
    expect([stats.uid, stats.gid]).toEqual([uid, gid]);
    expect(modeOf(path)).toBe(0o660);
  });

  test.each([
    [{ owner: 'no-such-user-here' }, /no user "no-such-user-here"/],
    [{ group: 'no-such-group-here' }, /no group "no-such-group-here"/],
    [{ owner: '--help' }, /no user "--help"/],
  ])('%j is refused, and nothing is left behind', async (options, message) => {
    const folder = scratchFolder();
    await expect(newServer().listen(join(folder, 'app.sock'), options)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_INVALID',
      message: expect.stringMatching(message),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('cannot be changed by others: the error says what is needed, and nothing is left behind', async () => {
    const folder = scratchFolder();
    chownSync(folder, NOBODY, NOBODY);
    const [command, ...args] = [
      ...AS_NOBODY,
      process.execPath,
      program('app'),
      join(folder, 'app.sock'),
      '{"owner":"root"}',
    ];
    const child = new Child(command!, args, { cwd: '/' });
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/^FCGI_ADDRESS_DENIED: .*changing the owner needs root/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
