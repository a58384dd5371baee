import { expect, test, vi } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { respond, startApplication } from './support/applications.ts';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

const noTerminal = skipReason('script');

const PAGE = {
  pool: 'shop\x1b',
  'start time': 0,
  'start since': 93_784,
  'active processes': 1,
  reloads: 3,
  memory: 52_428_800,
  'request duration p95': 2_500_000,
  'cpu seconds': 1.25,
  processes: [
    { pid: 7, state: 'Idle', 'start since': 61, requests: 12, 'request duration': 1500, 'request uri': '/a' },
    {
      pid: 81,
      state: 'Running',
      'start since': 0,
      requests: 0,
      'active requests': 2,
      'request duration': 0,
      'request uri': '/\n',
      memory: 2048,
      'event loop delay': 12_500,
      'event loop utilization': 0.25,
    },
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

test('of several applications, all are shown', async () => {
  const pools = [PAGE, { ...PAGE, pool: 'blog', processes: [] }];
  const several = `Status: 200\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ pools })}`;
  const { status, stdout } = await runMain(['status', await startStatus(several), '--full']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^pool +shop\\x1b\n(?:.+\n)+\nPID (?:.*\n)+\npool +blog\n/);
});

test('numbers stand one below the other, known or not, and processes in a table', async () => {
  const outcome = await runMain(['status', await startStatus(json), '--full']);
  const lines = outcome.stdout.split('\n').map((line) => line.trimEnd());
  expect({ ...outcome, stdout: lines }).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      'pool                  shop\\x1b',
      'start time            1970-01-01T00:00:00.000Z',
      'start since           1d 2h',
      'active processes      1',
      'reloads               3',
      'memory                50.0 MiB',
      'request duration p95  2.5 s',
      'cpu seconds           1.3 s',
      '',
      'PID  STATE    SINCE  REQUESTS  ACTIVE   MEMORY  LOOP LATE  LOOP BUSY    TOOK  URI',
      '  7  Idle     1m 1s        12                                         1.5 ms  /a',
      ' 81  Running     0s         0       2  2.0 KiB    12.5 ms        25%  0.0 ms  /\\n',
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

test.each([
  '{}',
  '{"processes":[]}',
  '{"processes":[null,5,"x",[],{}]}',
  '{"processes":{"pid":1}}',
  '{"start time":1e300,"start since":-1,"memory":"much","cpu seconds":null,"pool":{"a":[{"b":{"c":{}}}]}}',
  '{"processes":[{"pid":{},"state":5,"request uri":["\\u001b"],"memory":1e999,"request duration":1e300}]}',
  '{"":0,"\\u001b[2J":"\\u001b[2J","toString":1,"__proto__":null}',
  `{"pool":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
])('a status that makes no sense is shown all the same, and changes no terminal: %#', async (page) => {
  const outcome = await runMain(['status', await startStatus(`Status: 200\r\n\r\n${page}`), '--full']);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).not.toMatch(/[^\n -~]/);
});

test('with --watch a look that fails is told, and the next one follows', async () => {
  let looks = 0;
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      looks += 1;
      await respond(request, looks === 2 ? 'Status: 503\r\n\r\n' : json);
      return 0;
    },
  });
  const watching = new FcgiProcess(['status', address, '--watch', '--interval', '0.05']);
  await watching.printed(/(pool [\s\S]*){2}/);
  watching.kill('SIGINT');
  const outcome = await watching.outcome();
  expect(outcome.status).toBe(0);
  expect(outcome.stderr).toMatch(/^fcgi: There is no status page at \/status: the answer is 503\.\n.*\n$/);
});

test.skipIf(noTerminal)(
  `a terminal is cleared for each look, and Ctrl-C ends them${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const argv = ['status', await startStatus(json), '--watch', '--interval', '0.05'];
    const watching = new FcgiProcess(argv, { terminal: true, columns: 80 });
    await watching.printed(/(\[H.\[2J.\[1mpool [^H]*){2}/s);
    watching.write('\x03');
    expect(await watching.outcome()).toMatchObject({ status: 0 });
  },
);

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
  // It answers as soon as its first process runs.
  await vi.waitFor(
    async () => expect((await runFcgi(['status', php.address])).stdout).toMatch(/\ntotal processes +2\n/),
    { interval: 100, timeout: 10_000 },
  );
  const full = await runFcgi(['status', php.address, '--full']);
  expect(full.stdout).toMatch(
    /\n +PID +STATE +SINCE +REQUESTS +MEMORY +TOOK +METHOD +URI\n *\d+ +(Idle|Running) .*\d ms {2}GET {5}\/status/,
  );
});
