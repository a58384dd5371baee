import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Server } from 'node:net';
import { dirname, join } from 'node:path';
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

/** Looks, or does something, at the moment at which a socket has been bound. */
function whenBound<Seen>(look: () => Seen): Seen[] {
  const seen: Seen[] = [];
  const { listen } = Server.prototype;
  const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
    this: Server,
    ...given: unknown[]
  ) {
    Reflect.apply(listen, this, given);
    seen.push(look());
    return this;
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

/** All that is no folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name, parentPath }) => join(parentPath, name));
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

  test('are in force before another user can find the socket: until then its folder is closed to others', async () => {
    const folder = scratchFolder();
    const seen = whenBound(() =>
      filesBelow(folder).map((path) => [dirname(path) === folder, modeOf(dirname(path))]),
    );
    await newServer().listen(join(folder, 'app.sock'), { mode: 0o600 });
    expect(seen).toEqual([[[false, 0o700]]]);
    expect(readdirSync(folder)).toEqual(['app.sock']);
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
           try {
             const stats = lstatSync(${JSON.stringify(folder)} + '/' + name);
             modes.add((stats.isDirectory() ? 'folder ' : '') + (stats.mode & 0o777).toString(8));
           } catch {}
         }
       }
       console.log('seen', [...modes].join(','));`,
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
    expect(seen.split(',').filter((mode) => mode !== 'folder 700' && mode !== '600')).toEqual([]);
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

describe.skipIf(because(whyNotRoot()))('who owns the folder of a Unix socket (needs root)', () => {
  /** A folder of another user, and a file that is not theirs. */
  function folderOfNobody() {
    const [folder, elsewhere] = [scratchFolder(), scratchFolder()];
    chownSync(folder, NOBODY, NOBODY);
    const precious = join(elsewhere, 'precious');
    writeFileSync(precious, 'of root', { mode: 0o600 });
    return { folder, precious };
  }

  const ownerAndMode = (path: string) => [lstatSync(path).uid, lstatSync(path).gid, modeOf(path)];

  test('gets no other file by a link in the place of the socket that was just bound', async () => {
    const { folder, precious } = folderOfNobody();
    whenBound(() => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        renameSync(path, join(folder, 'moved'));
        if (!lstatSync(join(folder, 'moved')).isDirectory()) symlinkSync(precious, path);
        else {
          mkdirSync(path);
          for (const file of readdirSync(join(folder, 'moved'))) symlinkSync(precious, join(path, file));
        }
      }
    });
    const server = newServer();
    // What it comes to is their own affair.
    await server
      .listen(join(folder, 'app.sock'), { group: NOBODY, mode: 0o666, owner: NOBODY })
      .catch(() => {});
    expect(ownerAndMode(precious)).toEqual([0, 0, 0o600]);
  });

  test('gets no other file by a folder in the place of that in which the socket was bound', async () => {
    const { folder, precious } = folderOfNobody();
    whenBound(() => {
      const [name = ''] = readdirSync(folder);
      renameSync(join(folder, name), join(folder, 'moved'));
      symlinkSync(dirname(precious), join(folder, name));
    });
    await newServer().listen(join(folder, 'app.sock'), { owner: NOBODY });
    expect(readdirSync(dirname(precious))).toEqual(['precious']);
    expect(ownerAndMode(join(folder, 'app.sock'))).toEqual([NOBODY, 0, 0o660]);
  });

  test('gets no other folder to put the socket into, by a link in the place of theirs', async () => {
    const { folder, precious } = folderOfNobody();
    const own = join(folder, 'run');
    mkdirSync(own);
    whenBound(() => {
      renameSync(own, join(folder, 'moved'));
      symlinkSync(dirname(precious), own);
    });
    await newServer().listen(join(own, 'precious'), { owner: NOBODY });
    expect(ownerAndMode(precious)).toEqual([0, 0, 0o600]);
    expect(lstatSync(join(folder, 'moved', 'precious')).isSocket()).toBe(true);
  });

  test('is given a socket all the same', async () => {
    const { folder } = folderOfNobody();
    const path = join(folder, 'app.sock');
    const server = newServer();
    await server.listen(path, { group: NOBODY, owner: NOBODY });
    expect(ownerAndMode(path)).toEqual([NOBODY, NOBODY, 0o660]);
    expect(readdirSync(folder)).toEqual(['app.sock']);
    await server.close();
    expect(readdirSync(folder)).toEqual([]);
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
