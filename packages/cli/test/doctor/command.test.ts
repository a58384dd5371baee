import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import {
  HEALTHY,
  openFolder,
  responder,
  WEB_SERVER_USER,
  whyNotAsOthers,
  writeProgram,
} from '../../../doctor/test/support/deployment.ts';
import { until } from '../../../e2e/src/poll.ts';
import { FcgiProcess } from '../support/fcgi-process.ts';
import { runMain } from '../support/test-io.ts';

test('a finding is told as title, cause, evidence and remedy, and the exit status is 1', async () => {
  const folder = await openFolder();
  const outcome = await runMain(['doctor', `${folder}/app.fcgi`]);
  expect(outcome).toMatchObject({ status: 1, stderr: '' });
  expect(outcome.stdout.replaceAll(folder, '/srv/app')).toMatch(
    /^looked at \/srv\/app\/app\.fcgi, for the user .*; it was not started\n\n✗ The program is not there \[program-missing\]\n {2}There is no file at this path\.[^\n]*\n(?: {2}[^\n]*\n)* {2}seen: \/srv\/app\/app\.fcgi: no such file\n {2}→ Look what is there/,
  );
  expect(outcome.stdout).not.toContain('\x1b');
});

test('nothing found is exit status 0', async () => {
  const program = await writeProgram(await openFolder(), responder({ answer: HEALTHY }));
  const outcome = await runMain(['doctor', program]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).toMatch(/\nNothing found\.\n$/);
});

test('colours are there where they are asked for', async () => {
  const { stdout } = await runMain(['doctor', '/no/such/app.fcgi'], { env: { FORCE_COLOR: '1' } });
  expect(stdout).toContain('\x1b[31m✗');
});

test('what a program says cannot change the terminal', async () => {
  const program = await writeProgram(
    await openFolder(),
    "#!/bin/sh\nprintf 'Error: \\033[2J\\033]0;title\\007 gone' >&2\nexit 1\n",
  );
  const { stdout } = await runMain(['doctor', program]);
  expect(stdout).toContain('\\x1b[2J');
  expect(stdout).not.toContain('\x1b');
});

test.each([
  [[]],
  [['127.0.0.1:0']],
  [['unix:']],
  [['/app', '--user', 'no-such-user']],
  [['/app', '--config', '/no/such/file']],
  [['/app', '--log', '/no/such/file']],
  [['/app', '--log', '/']],
  [['/app', '--web-server', 'thttpd', '--config', '/etc/passwd']],
  [['/app', '--config', '/etc/passwd']],
  [['/app', '--env', 'NAME']],
  [['/app', '--timeout', '0']],
  [['/app', '--url', '//']],
  [['/app', '/another']],
])('doctor %j makes no sense', async (words) => {
  const outcome = await runMain(['doctor', ...words]);
  expect(outcome).toMatchObject({ status: 2, stdout: '' });
  expect(outcome.stderr).not.toBe('');
});

test('a log alone is enough', async () => {
  const folder = await openFolder();
  await writeFile(
    `${folder}/error.log`,
    'mod_fcgid: HTTP request length 131073 (so far) exceeds MaxRequestLen (131072)\n',
  );
  const outcome = await runMain(['doctor', '--log', `${folder}/error.log`]);
  expect(outcome.status).toBe(1);
  expect(outcome.stdout).toContain('FcgidMaxRequestLen');
});

test('a log whose failures are not known is not “Nothing found”', async () => {
  const folder = await openFolder();
  await writeFile(`${folder}/error.log`, '[error] 1#1: *1 a message of a version to come\n');
  const outcome = await runMain(['doctor', '--log', `${folder}/error.log`]);
  expect(outcome.status).toBe(1);
  expect(outcome.stdout).toMatch(
    /not known to the doctor: \[error\] 1#1: \*1 a message of a\s+version to\s+come/,
  );
});

test('a finding leads to its heading in the guide', async () => {
  const { stdout } = await runMain(['doctor', '/no/such/app.fcgi']);
  const [, link = '', id] = /more: \S+\/(docs\/doctor\.md)#(\S+)$/m.exec(stdout) ?? [];
  const guide = await readFile(new URL(`../../../../${link}`, import.meta.url), 'utf8');
  expect(guide).toContain(`\n### ${id}\n`);
});

test('a line of progress is there on a terminal alone, and gone at the end', async () => {
  const program = await writeProgram(await openFolder(), responder({ answer: HEALTHY }));
  expect((await runMain(['doctor', program])).stderr).toBe('');
  const { stderr } = await runMain(['doctor', program], { terminalForErrors: true });
  const steps = stderr.split('\r\x1b[K');
  expect(steps[1]).toMatch(/^starts .*app\.fcgi/);
  expect(steps.at(-1)).toBe('');
});

test('Ctrl-C ends the program that was started, too', async () => {
  const folder = await openFolder();
  const program = await writeProgram(folder, `#!/bin/sh\necho $$ > ${folder}/pid\nexec sleep 300\n`);
  await chmod(folder, 0o777);
  const running = new FcgiProcess(['doctor', program, '--timeout', '300']);
  const pid = await until(
    async () => Number(await readFile(`${folder}/pid`, 'utf8').catch(() => '')) || undefined,
    {
      what: 'start of the program',
    },
  );
  running.kill('SIGINT');
  expect((await running.outcome()).status).toBe(130);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

/** What README.md shows. */
const recording = await readFile(new URL('../../../../docs/terminal/doctor.ansi', import.meta.url), 'utf8');
const words = (text: string) => text.trim().split(/\s+/);
const notAsOthers = whyNotAsOthers();

test.skipIf(notAsOthers)(
  `what it prints of a socket closed to ${WEB_SERVER_USER} is what README.md shows${notAsOthers ? ` (${notAsOthers})` : ''}`,
  async () => {
    const folder = await openFolder();
    const server = createServer({
      responder: (request) => {
        request.stdout.end('Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfine');
        return 0;
      },
    });
    await server.listen(`unix:${folder}/app.sock`, { mode: 0o660 });
    onTestFinished(() => server.close());
    const { stdout } = await runMain(['doctor', `${folder}/app.sock`], { env: { FORCE_COLOR: '1' } });
    const [command, ...shown] = recording.split('\n');
    expect(command).toContain('sudo fcgi doctor /run/app.sock');
    expect(words(stdout.replaceAll(folder, '/run'))).toEqual(words(shown.join('\n')));
  },
);
