import { chmodSync, chownSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { listenOnUnixSocket } from '@fcgi-js/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PrivateFolder } from '../../src/listen/private-folder.ts';
import { whyNotRoot } from '../support/child.ts';
import { scratchFolder } from '../support/harness.ts';
import { because } from '../support/skipping.ts';

const NOBODY = 65_534;

describe('a folder that only this user can enter', () => {
  test('is beside others, and gone when it is closed', () => {
    const folder = scratchFolder();
    const own = new PrivateFolder(folder);
    expect(readdirSync(folder)).toEqual([`.fcgi-${own.unique}`]);
    expect(statSync(join(folder, `.fcgi-${own.unique}`)).mode & 0o777).toBe(0o700);
    writeFileSync(`${own.beside}file`, '');
    own.close();
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('is an error where there is no folder for it', () => {
    expect(() => new PrivateFolder(join(scratchFolder(), 'missing'))).toThrow(/ENOENT/);
  });
});

describe('on a system without /proc', () => {
  const withoutProc = (folder: string) => new PrivateFolder(folder, '/nowhere');

  test('it is named by its path', () => {
    const folder = scratchFolder();
    const own = withoutProc(folder);
    writeFileSync(`${own.inside}socket`, '');
    expect(readdirSync(join(folder, `.fcgi-${own.unique}`))).toEqual(['socket']);
    renameSync(`${own.inside}socket`, `${own.beside}app.sock`);
    own.close();
    expect(readdirSync(folder)).toEqual(['app.sock']);
  });

  test.skipIf(because(whyNotRoot()))('root makes none where others can replace what it makes', () => {
    const theirs = scratchFolder();
    chownSync(theirs, NOBODY, NOBODY);
    const open = scratchFolder();
    chmodSync(open, 0o777);
    for (const folder of [theirs, open]) {
      expect(() => withoutProc(folder)).toThrow(
        expect.objectContaining({
          code: 'FCGI_ADDRESS_DENIED',
          message: expect.stringMatching(/another user can replace files there .* belong to root/),
        }),
      );
      expect(readdirSync(folder)).toEqual([]);
    }
    chmodSync(open, 0o1777);
    withoutProc(open).close();
    expect(readdirSync(open)).toEqual([]);
  });
});

describe('a server of Node on a Unix socket', () => {
  test('leaves the file when it is closed, and what others have put there when the file is removed', async () => {
    const path = join(scratchFolder(), 'app.sock');
    const server = createServer();
    const file = await listenOnUnixSocket(server, path);
    expect(file.path).toBe(path);
    server.close();
    expect(statSync(path).isSocket()).toBe(true);
    const successor = createServer();
    onTestFinished(() => void successor.close());
    await listenOnUnixSocket(successor, path);
    file.remove();
    expect(statSync(path).isSocket()).toBe(true);
  });

  test('takes no option that there is not, and no server that listens', async () => {
    const path = join(scratchFolder(), 'app.sock');
    const server = createServer();
    onTestFinished(() => void server.close());
    await expect(listenOnUnixSocket(server, path, { mode: 0o1777 })).rejects.toThrow(TypeError);
    await listenOnUnixSocket(server, path);
    await expect(listenOnUnixSocket(server, `${path}2`)).rejects.toThrow(/listens already/);
    expect(server.listening).toBe(true);
  });

  test('does not follow a link in the place of its file', async () => {
    const path = join(scratchFolder(), 'app.sock');
    symlinkSync('/nowhere', path);
    await expect(listenOnUnixSocket(createServer(), path)).rejects.toMatchObject({
      code: 'FCGI_ADDRESS_IN_USE',
    });
  });
});
