import { expect, test } from 'vitest';
import { respond, startApplication } from './support/applications.ts';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

const PAGE = {
  pool: 'shop\x1b',
  'start time': 0,
  'start since': 93_784,
  'active processes': 1,
  reloads: 3,
  processes: [
    { pid: 7, state: 'Idle', 'start since': 61, requests: 12, 'request duration': 1500, 'request uri': '/a' },
    { pid: 8, state: 'Running', 'start since': 0, requests: 0, 'request duration': 0, 'request uri': '-' },
  ],
};

async function startStatus(answer: string): Promise<string> {
  return await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, answer);
      return 0;
    },
  });
}

const json = `Status: 200\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(PAGE)}`;

test('numbers stand one below the other, known or not, and processes in a table', async () => {
  const outcome = await runMain(['status', await startStatus(json), '--full']);
  const lines = outcome.stdout.split('\n').map((line) => line.trimEnd());
  expect({ ...outcome, stdout: lines }).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      'pool              shop\\x1b',
      'start time        1970-01-01T00:00:00.000Z',
      'start since       1d 2h',
      'active processes  1',
      'reloads           3',
      '',
      'PID  STATE    SINCE  REQUESTS  MS   URI',
      '7    Idle     1m 1s  12        1.5  /a',
      '8    Running  0s     0         0.0  -',
      '',
    ],
  });
});

test('JSON is passed on, again and again with --watch until Ctrl-C', async () => {
  const address = await startStatus(json);
  expect(JSON.parse((await runMain(['status', address, '--json'])).stdout)).toEqual(PAGE);
  const watching = new FcgiProcess(['status', address, '--json', '--watch', '--interval', '0.05']);
  await watching.printed(/(\{.*\}\n){3}/);
  watching.kill('SIGINT');
  expect(await watching.outcome()).toMatchObject({ status: 0, stderr: '' });
});

test('where there is no status page the exit status is 1, and the message says what to set', async () => {
  for (const answer of ['Status: 404\r\n\r\n', 'Status: 200\r\n\r\nhello', 'Status: 200\r\n\r\n[1]']) {
    const outcome = await runMain(['status', await startStatus(answer)]);
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/There is no status page at \/status[\s\S]*pm\.status_path/);
  }
  expect((await runMain(['status', '/run/none.sock'])).stderr).toContain('There is no such socket');
  expect((await runMain(['status', '/run/none.sock', '--path', 'status'])).status).toBe(2);
});

test.skipIf(noPhpFpm)(`the status of php-fpm is shown${noPhpFpm ? ` (${noPhpFpm})` : ''}`, async () => {
  const php = await startPhpFpm(await temporaryFolder());
  const short = await runFcgi(['status', php.address]);
  expect(short).toMatchObject({ status: 0, stderr: '' });
  expect(short.stdout).toMatch(/^pool +www\nprocess manager +static\n/);
  expect(short.stdout).toMatch(/\ntotal processes +2\n/);
  const full = await runFcgi(['status', php.address, '--full']);
  expect(full.stdout).toMatch(
    /\nPID +STATE +SINCE +REQUESTS +MS +METHOD +URI +MEMORY *\n\d+ +(Idle|Running)/,
  );
});
