import { describe, expect, test } from 'vitest';
import type { Account, PathEntry } from '../../src/system/access.ts';
import { describeDenial } from '../../src/system/socket-access.ts';

const wwwData: Account = { name: 'www-data', uid: 33, gid: 33, groups: [33] };
const nobody: Account = { name: 'nobody', uid: 65_534, gid: 65_534, groups: [65_534] };
const nginx = { product: 'nginx', user: wwwData };
const groups = (gid: number) => ({ 0: 'root', 33: 'www-data' })[gid] ?? String(gid);

function entry(path: string, mode: number, gid: number, isFolder = false): PathEntry {
  return { gid, group: groups(gid), isFolder, mode, owner: 'root', path, uid: 0 };
}

function denied(socket: Partial<PathEntry>, folder: Partial<PathEntry> = {}, webServers = [nginx]) {
  const entries = [
    { ...entry('/run', 0o755, 0, true), ...folder },
    { ...entry('/run/app.sock', 0o660, 0), ...socket },
  ];
  return describeDenial(entries, webServers, groups);
}

describe('a web server that may not connect is named', () => {
  test('with the socket, and the group to give it', () => {
    expect(denied({})).toBe(
      'nginx (user www-data) cannot open this socket, and will answer 502 or 503: it may not write to rw-rw---- root:root /run/app.sock. Give the socket its group: --socket-group www-data (as root, or as a member of that group).',
    );
  });

  test('with the folder that is closed, which comes first', () => {
    expect(denied({}, { mode: 0o700, path: '/srv' })).toContain(
      'it may not enter rwx------ root:root /srv. Let it pass with chmod o+x /srv, or listen in /run.',
    );
  });
});

test.each<[string, ReturnType<typeof denied>]>([
  ['the group of the web server', denied({ gid: 33 })],
  ['its user', denied({ uid: 33 })],
  ['room for all', denied({ mode: 0o666 })],
  ['no web server at all', denied({}, {}, [])],
  ['a path that cannot be seen to its end', denied({ isFolder: true })],
  [
    'a second web server that may connect',
    denied({ gid: 33 }, {}, [{ product: 'Caddy', user: nobody }, nginx]),
  ],
])('nothing is said of a socket with %s', (_name, text) => {
  expect(text).toBeUndefined();
});
