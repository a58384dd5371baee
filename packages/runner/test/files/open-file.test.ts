import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdFolder } from '../../src/files/held-folder.ts';
import { type OpenOptions, openFile } from '../../src/files/open-file.ts';
import { replaceFile } from '../../src/files/replace-file.ts';
import { foreignHand } from '../../src/files/root-owned.ts';

const NOBODY = 65_534;
const OTHER = 12_345;
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const LOG = O_WRONLY | O_APPEND | O_CREAT;

const whyNot = process.geteuid?.() === 0 ? undefined : 'needs root';
if (whyNot !== undefined) console.warn(`skipped: what root opens (${whyNot})`);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of root, with one of the application's user in it, and a file that is not theirs. */
function places() {
  const root = temporaryFolder();
  chmodSync(root, 0o755);
  const theirs = join(root, 'theirs');
  mkdirSync(theirs);
  chownSync(theirs, NOBODY, NOBODY);
  const precious = join(root, 'precious');
  writeFileSync(precious, 'of root', { mode: 0o600 });
  return { precious, root, theirs };
}

/** What the user of the application makes. */
function link(target: string, path: string, owner = NOBODY): void {
  symlinkSync(target, path);
  lchownSync(path, owner, owner);
}

function append(path: string, text = 'line\n', options: OpenOptions = { user: NOBODY }): void {
  const fd = openFile(path, LOG, options);
  writeSync(fd, text);
  closeSync(fd);
}

describe.skipIf(whyNot !== undefined)('root opens a file', () => {
  test('that the application’s user owns, and one that root has made, in the folder of that user', () => {
    const { theirs } = places();
    writeFileSync(join(theirs, 'app.log'), 'old\n');
    chownSync(join(theirs, 'app.log'), NOBODY, NOBODY);
    append(join(theirs, 'app.log'));
    expect(readFileSync(join(theirs, 'app.log'), 'utf8')).toBe('old\nline\n');
    append(join(theirs, 'new.log'), 'line\n', { mode: 0o640 });
    append(join(theirs, 'new.log'));
    const { mode, uid } = statSync(join(theirs, 'new.log'));
    expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o640, uid: 0 });
  });

  test('after a rotation by renaming, in a folder that the group of the logs can write', () => {
    const { root } = places();
    const logs = join(root, 'logs');
    mkdirSync(logs);
    chownSync(logs, 0, OTHER);
    chmodSync(logs, 0o775);
    const path = join(logs, 'app.log');
    append(path, 'one\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    chownSync(path, NOBODY, OTHER);
    append(path, 'two\n');
    expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['one\n', 'two\n']);
  });

  test('over links that root has made, relative ones and those of folders included', () => {
    const { root, theirs } = places();
    mkdirSync(join(root, 'disk', 'logs'), { recursive: true });
    symlinkSync('../root-link', join(theirs, 'log'));
    symlinkSync('disk/./logs/../logs/app.log', join(root, 'root-link'));
    symlinkSync(join(root, 'disk'), join(root, 'folder'));
    append(join(theirs, 'log'));
    append(join(root, 'folder', 'logs', 'app.log'));
    expect(readFileSync(join(root, 'disk', 'logs', 'app.log'), 'utf8')).toBe('line\nline\n');
  });

  test('that is a device, or a descriptor of this process', () => {
    const { root } = places();
    const path = join(root, 'output');
    const fd = openFile(path, LOG);
    // As behind /dev/stdout, nothing with that name has to be there.
    rmSync(path);
    append(`/proc/self/fd/${fd}`);
    expect(fstatSync(fd).size).toBe(5);
    closeSync(fd);
    append('/dev/null');
  });

  test('that is emptied only when it may be', () => {
    const { precious, theirs } = places();
    const path = join(theirs, 'file');
    writeFileSync(path, 'content');
    closeSync(openFile(path, O_WRONLY | O_CREAT | O_TRUNC));
    expect(readFileSync(path, 'utf8')).toBe('');
    linkSync(precious, join(theirs, 'hard'));
    expect(() => openFile(join(theirs, 'hard'), O_WRONLY | O_CREAT | O_TRUNC)).toThrow(/hard links/);
    expect(readFileSync(precious, 'utf8')).toBe('of root');
  });

  test('below folders that are made for it, on demand', () => {
    const { theirs } = places();
    const path = join(theirs, 'a', 'b', 'file');
    expect(() => openFile(path, LOG)).toThrow(/ENOENT/);
    closeSync(openFile(path, LOG, { makeFolders: true }));
    expect(existsSync(path)).toBe(true);
  });

  test('in a folder that is held, though its path leads elsewhere by now', () => {
    const { root, theirs } = places();
    const folder = holdFolder(join(theirs, 'file'));
    onTestFinished(() => folder.close());
    renameSync(theirs, `${theirs}.moved`);
    symlinkSync(root, theirs);
    writeFileSync(folder.inside + folder.name, '');
    expect(existsSync(join(`${theirs}.moved`, 'file'))).toBe(true);
    expect(existsSync(join(root, 'file'))).toBe(false);
  });
});

describe.skipIf(whyNot !== undefined)('root does not open', () => {
  test.each([
    ['to a file', 'precious'],
    ['to a file that is not there', 'missing'],
    ['to a folder', '.'],
    ['to another link', 'theirs/second'],
  ])('a link of another user %s', (_, target) => {
    const { precious, root, theirs } = places();
    link(join(root, 'missing'), join(theirs, 'second'));
    link(join(root, target), join(theirs, 'log'));
    for (const flags of [LOG, O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_EXCL]) {
      expect(() => openFile(join(theirs, 'log'), flags, { user: NOBODY })).toThrow(
        /root does not follow the link .*\/theirs\/log to .*, because user 65534 has made it\. Remove it/,
      );
    }
    expect(existsSync(join(root, 'missing'))).toBe(false);
    expect(readFileSync(precious, 'utf8')).toBe('of root');
  });

  test('what lies behind a link of another user, in the place of a folder', () => {
    const { root, theirs } = places();
    link(root, join(theirs, 'logs'));
    expect(() => append(join(theirs, 'logs', 'new'))).toThrow(/root does not follow the link/);
    expect(() => replaceFile(join(theirs, 'logs', 'precious'), 'other', 0o644)).toThrow(/does not follow/);
    expect(() => openFile(join(theirs, 'logs', 'a', 'b'), LOG, { makeFolders: true })).toThrow(
      /does not follow/,
    );
    expect(existsSync(join(root, 'new'))).toBe(false);
    expect(readFileSync(join(root, 'precious'), 'utf8')).toBe('of root');
  });

  test('a file that has another name elsewhere', () => {
    const { precious, theirs } = places();
    linkSync(precious, join(theirs, 'log'));
    expect(() => append(join(theirs, 'log'))).toThrow(/1 other names \(hard links\).*rm /);
  });

  test('a file of a third user, in a folder that others can write', () => {
    const { root } = places();
    const folder = join(root, 'tmp');
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    const path = join(folder, 'log');
    writeFileSync(path, '');
    chownSync(path, OTHER, OTHER);
    expect(() => append(path)).toThrow(
      /because it belongs to user 12345, in a folder that others can write\. Remove/,
    );
    chownSync(path, NOBODY, NOBODY);
    append(path);
    expect(() => append(path, '', {})).toThrow(/belongs to user 65534/);
  });

  test('anything below a folder in which every user can replace files', () => {
    const { root } = places();
    const folder = join(root, 'open');
    mkdirSync(join(folder, 'below'), { recursive: true });
    chmodSync(folder, 0o777);
    for (const path of [join(folder, 'log'), join(folder, 'below', 'log')]) {
      expect(() => append(path)).toThrow(
        /every user can replace what is in that folder\. .*: chmod o-w .*\/open$/,
      );
      expect(existsSync(path)).toBe(false);
    }
  });

  test('links that lead in a circle', () => {
    const { root } = places();
    symlinkSync('two', join(root, 'one'));
    symlinkSync('one', join(root, 'two'));
    expect(() => append(join(root, 'one'))).toThrow(/more than 40 links/);
  });
});

describe.skipIf(whyNot !== undefined)('a file that is replaced by root', () => {
  test('is written to no link of another user that has the name of the new one', () => {
    const { precious, theirs } = places();
    const path = join(theirs, 'pid');
    link(precious, `${path}.${process.pid}`);
    replaceFile(path, '7\n', 0o644);
    expect(readFileSync(path, 'utf8')).toBe('7\n');
    expect(lstatSync(path).uid).toBe(0);
    expect(readFileSync(precious, 'utf8')).toBe('of root');
  });
});

describe.skipIf(whyNot !== undefined)('a file is root’s alone', () => {
  test('where it, its folders and the links to it are', () => {
    const { precious, root } = places();
    expect(foreignHand(precious)).toBeUndefined();
    symlinkSync('precious', join(root, 'link'));
    expect(foreignHand(join(root, 'link'))).toBeUndefined();
    chmodSync(precious, 0o664);
    expect(foreignHand(precious)).toBeUndefined();
  });

  test('and not where one of these is not', () => {
    const { precious, root, theirs } = places();
    const inTheirs = join(theirs, 'file');
    writeFileSync(inTheirs, '');
    expect(foreignHand(inTheirs)).toBe(`${theirs} belongs to user 65534`);
    link(precious, join(theirs, 'link'));
    expect(foreignHand(join(theirs, 'link'))).toBe(`${theirs} belongs to user 65534`);
    link(precious, join(root, 'link'));
    expect(foreignHand(join(root, 'link'))).toBe(`user 65534 has made the link ${join(root, 'link')}`);
    symlinkSync(inTheirs, join(root, 'to-theirs'));
    expect(foreignHand(join(root, 'to-theirs'))).toBe(`${theirs} belongs to user 65534`);
    chmodSync(precious, 0o602);
    expect(foreignHand(precious)).toBe(`others than root can write ${precious}`);
    chownSync(precious, 0, OTHER);
    chmodSync(precious, 0o620);
    expect(foreignHand(precious)).toBe(`others than root can write ${precious}`);
    chownSync(precious, OTHER, 0);
    chmodSync(precious, 0o600);
    expect(foreignHand(precious)).toBe(`${precious} belongs to user 12345`);
  });
});

test('another user than root opens files as the system does, links included', () => {
  const { geteuid } = process;
  process.geteuid = () => NOBODY;
  onTestFinished(() => {
    process.geteuid = geteuid as () => number;
  });
  const root = temporaryFolder();
  symlinkSync(join(root, 'target'), join(root, 'link'));
  const fd = openFile(join(root, 'link'), LOG);
  expect(fstatSync(fd).isFile()).toBe(true);
  closeSync(fd);
  expect(existsSync(join(root, 'target'))).toBe(true);
});
