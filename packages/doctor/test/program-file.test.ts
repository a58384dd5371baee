import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  examine,
  expectFinding,
  openFolder,
  responder,
  SHEBANG,
  WEB_SERVER_USER,
  whyNotAsOthers,
  writeProgram,
} from './support/deployment.ts';

test('a path at which there is nothing', async () => {
  const folder = await openFolder();
  await expectFinding(
    'program-missing',
    { target: join(folder, 'App.fcgi') },
    {
      evidence: 'no such file',
      remedy: /ls -l .*App\.fcgi/,
    },
  );
});

test('a folder instead of a program', async () => {
  const folder = await openFolder();
  await expectFinding(
    'program-not-a-file',
    { target: folder },
    {
      evidence: 'is no file',
      remedy: 'Name the file in it',
    },
  );
});

test('a program without its run bit', async () => {
  const program = await writeProgram(await openFolder(), responder(), { mode: 0o644 });
  await expectFinding(
    'run-bit-missing',
    { target: program },
    {
      evidence: 'rw-r--r--',
      remedy: `chmod 755 ${program}`,
    },
  );
});

test('a program without a first line that says what runs it', async () => {
  const program = await writeProgram(await openFolder(), responder().slice(SHEBANG.length));
  await expectFinding(
    'shebang-missing',
    { target: program },
    {
      evidence: 'does not begin with #!',
      remedy: '#!/usr/bin/env node',
    },
  );
});

test('a program that was written on Windows', async () => {
  const program = await writeProgram(await openFolder(), responder().replaceAll('\n', '\r\n'));
  await expectFinding('shebang-crlf', { target: program }, { evidence: '\\r\\n', remedy: 'sed -i' });
});

test('a program that begins with the mark of UTF-8', async () => {
  const program = await writeProgram(await openFolder(), `\ufeff${responder()}`);
  await expectFinding('byte-order-mark', { target: program }, { evidence: 'EF BB BF', remedy: 'sed -i' });
});

test('a program for an interpreter that does not exist', async () => {
  const program = await writeProgram(
    await openFolder(),
    responder().replace(SHEBANG, '#!/usr/local/no/such/node\n'),
  );
  await expectFinding(
    'interpreter-missing',
    { target: program },
    {
      evidence: '/usr/local/no/such/node is not there',
      remedy: 'command -v node',
    },
  );
});

test('a program for a Node that only a login shell finds', async () => {
  const folder = await openFolder();
  await mkdir(join(folder, 'bin'));
  await symlink(process.execPath, join(folder, 'bin/node-of-mine'));
  const program = await writeProgram(folder, responder().replace(SHEBANG, '#!/usr/bin/env node-of-mine\n'));
  await expectFinding(
    'interpreter-missing',
    { target: program },
    {
      evidence: /node-of-mine is not there for the web server; you have it as /,
      remedy: 'command -v node',
      callersEnvironment: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
    },
  );
});

const notAsOthers = whyNotAsOthers();
describe.skipIf(notAsOthers)(`as ${WEB_SERVER_USER}${notAsOthers ? ` (${notAsOthers})` : ''}`, () => {
  test('a home folder that is closed to others', async () => {
    const home = await openFolder();
    const program = await writeProgram(home, responder(), { name: 'public_html/app.fcgi' });
    await chmod(home, 0o700);
    await expectFinding(
      'program-folder-closed',
      { target: program },
      {
        evidence: new RegExp(`${WEB_SERVER_USER} may not enter: rwx------ root:root ${home}`),
        remedy: 'chmod o+x',
      },
    );
  });

  test('a run bit for the owner alone', async () => {
    const program = await writeProgram(await openFolder(), responder(), { mode: 0o744 });
    await expectFinding(
      'run-bit-missing',
      { target: program },
      { evidence: 'rwxr--r--', remedy: 'chmod 755' },
    );
  });

  test('a script that may be run and not read', async () => {
    const program = await writeProgram(await openFolder(), responder(), { mode: 0o711 });
    await expectFinding(
      'program-unreadable',
      { target: program },
      { evidence: 'rwx--x--x', remedy: 'chmod 755' },
    );
  });

  test('a Node that nvm has put into a closed home folder', async () => {
    const folder = await openFolder();
    const home = join(folder, 'home');
    await mkdir(join(home, '.nvm/bin'), { recursive: true });
    await symlink(process.execPath, join(home, '.nvm/bin/node'));
    await chmod(home, 0o700);
    const program = await writeProgram(folder, responder().replace(SHEBANG, `#!${home}/.nvm/bin/node\n`));
    await expectFinding(
      'interpreter-closed',
      { target: program },
      {
        evidence: `rwx------ root:root ${home}`,
        remedy: '#!/usr/bin/node',
      },
    );
  });

  test('a folder that is open to the group of the web server is no fault', async () => {
    const folder = await openFolder();
    const program = await writeProgram(folder, responder());
    const gid = Number(execFileSync('id', ['-g', WEB_SERVER_USER], { encoding: 'utf8' }));
    await chown(folder, 0, gid);
    await chmod(folder, 0o750);
    expect((await examine({ target: program })).findings).toEqual([]);
  });

  const noMount = whyNoMount();
  test.skipIf(noMount)(`a disk from which nothing may be run${noMount ? ` (${noMount})` : ''}`, async () => {
    const folder = await openFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec,size=1m', 'tmpfs', folder]);
    onTestFinished(() => {
      execFileSync('umount', [folder]);
    });
    await chmod(folder, 0o755);
    const program = await writeProgram(folder, responder());
    await expectFinding(
      'noexec-mount',
      { target: program },
      {
        evidence: `${folder} is mounted with noexec`,
        remedy: 'Move the program',
      },
    );
  });
});

/** Containers mostly may not mount anything; there the kernel's list as text stands for it, in mounts.test.ts. */
function whyNoMount(): string | undefined {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'may not mount here';
  }
}
