import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, expectFinding, openFolder, responder, writeProgram } from './support/deployment.ts';

const SHORT = { timeout: 4_000 };

/** A shell script beside an application that works. */
async function wrapperOf(script: (application: string) => string): Promise<string> {
  const folder = await openFolder();
  const application = await writeProgram(folder, responder(), { name: 'app' });
  return writeProgram(folder, `#!/bin/sh\n${script(application)}\n`);
}

test('a script that replaces itself with the application is as it should be', async () => {
  const target = await wrapperOf((application) => `exec ${application}`);
  expect((await examine({ target })).findings).toEqual([]);
});

test('a script without exec', async () => {
  const target = await wrapperOf((application) => `${application}\nexit $?`);
  await expectFinding('wrapper-without-exec', { target }, { evidence: 'still ran', remedy: 'exec fcgi run' });
});

test.each(['& wait', '</dev/null'])('a script that starts the application with %s', async (rest) => {
  const target = await wrapperOf((application) => `${application} ${rest.replace(' ', '\n')}`);
  const found = await examine({ target, ...SHORT });
  expect(found.findings.map(({ id }) => id)).toEqual(['wrapper-in-background']);
  expect(found.findings[0]?.evidence.join('\n')).toContain(rest.split(' ')[0]);
});

test('a script whose command is not in the PATH of the web server, and where the caller has it', async () => {
  const folder = await openFolder();
  const command = await writeProgram(folder, responder(), { name: 'bin/fcgi-of-mine' });
  const target = await writeProgram(folder, '#!/bin/sh\nexec fcgi-of-mine run app.js\n');
  await expectFinding(
    'command-not-found',
    { target },
    {
      callersEnvironment: { PATH: join(folder, 'bin') },
      evidence: new RegExp(`fcgi-of-mine is not found in /usr/.*; you have it as ${command}`),
      remedy: 'command -v fcgi',
    },
  );
});

test('a shell script is not named as a module for fcgi run', async () => {
  const target = await writeProgram(
    await openFolder(),
    `#!/bin/sh\nexec ${process.execPath} -e "require('http').createServer().listen(0)"\n`,
  );
  const { findings } = await examine({ target, ...SHORT });
  expect(findings.map(({ id }) => id)).toEqual(['own-port']);
  expect(findings[0]?.remedy.join('\n')).not.toContain('app.fcgi');
});

test.each([
  [
    'library-too-old',
    'echo "node: /lib64/libc.so.6: version \\`GLIBC_2.28\' not found (required by node)" >&2; exit 1',
  ],
  [
    'out-of-memory',
    'echo "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory" >&2; exit 134',
  ],
  ['process-limit', 'echo "node[9]: pthread_create: Resource temporarily unavailable" >&2; exit 134'],
  ['file-missing', 'echo "Error: ENOENT: no such file or directory, open \'/srv/none.json\'" >&2; exit 1'],
  ['relative-path', 'echo "Error: ENOENT: no such file or directory, open \'.env\'" >&2; exit 1'],
])('%s is found by what a program says last', async (id, script) => {
  const target = await writeProgram(await openFolder(), `#!/bin/sh\n${script}\n`);
  expect((await examine({ target })).findings.map((finding) => finding.id)).toEqual([id]);
});

test('variables are looked for as whole words, and those that shells set for themselves are not named', async () => {
  const target = await writeProgram(
    await openFolder(),
    responder({ before: "if (!process.env.SECRET_KEY) throw new Error('no key for public_html of APPLE');" }),
  );
  const callersEnvironment = { APP: '1', PWD: '/', SECRET_KEY: 'x', SHLVL: '1', _: '/usr/bin/node' };
  const { findings } = await examine({ target, callersEnvironment });
  expect(findings.map(({ id }) => id)).toEqual(['environment-missing']);
  expect(findings[0]?.evidence[0]).toMatch(/it needs SECRET_KEY$/);
});

test('each step that takes time is announced', async () => {
  const steps: string[] = [];
  const target = await wrapperOf((application) => `exec ${application}`);
  await examine({ target, onStep: (step) => steps.push(step) });
  expect(steps[0]).toContain(`starts ${target}`);
  expect(await readFile(target, 'utf8')).toContain('exec');
});
