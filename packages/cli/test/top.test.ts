import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { ratesBetween } from '@fcgi-js/inspector/status';
import { expect, test } from 'vitest';
import { ask, folderWith, Runner } from '../../runner/test/support/runner.ts';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { renderTop } from '../src/top/render-top.ts';
import { SORTS } from '../src/top/sort-workers.ts';
import { top } from '../src/top/top.ts';
import { respond, startApplication } from './support/applications.ts';
import { FcgiProcess, runFcgi } from './support/fcgi-process.ts';
import { noPhpFpm, startPhpFpm } from './support/php-fpm.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

const noTerminal = skipReason('script');
const [BY_REQUESTS, BY_MEMORY, BY_EVENT_LOOP, BY_PID] = SORTS;

/** What `fcgi run --workers 2` has said. */
const OURS = {
  pool: 'app.cjs',
  'process manager': 'static',
  'start time': 1_795_304_498,
  'start since': 7,
  'listen queue': 0,
  'idle processes': 1,
  'active processes': 1,
  'total processes': 2,
  'blocked processes': 0,
  generation: 1,
  'worker crashes': 0,
  requests: 4,
  errors: 0,
  'request duration p50': 750,
  'request duration p95': 9250,
  'request duration p99': 9850,
  'bytes received': 1400,
  'bytes sent': 3336,
  memory: 137_371_648,
  processes: [
    {
      pid: 19_124,
      state: 'Running',
      requests: 4,
      'request uri': '/status',
      'active requests': 1,
      memory: 69_439_488,
      'event loop delay': 2331,
      'event loop utilization': 0.007,
    },
    {
      pid: 19_143,
      state: 'Idle',
      requests: 0,
      'request uri': '-',
      'active requests': 0,
      memory: 67_932_160,
      'event loop delay': 6329,
      'event loop utilization': 0.03,
    },
  ],
};

/** What php-fpm 8.2 has said. */
const PHP = {
  pool: 'www',
  'process manager': 'static',
  'start since': 0,
  'accepted conn': 3,
  'listen queue': 0,
  'idle processes': 0,
  'active processes': 2,
  'total processes': 2,
  processes: [
    {
      pid: 20,
      state: 'Idle',
      requests: 2,
      'request uri': '-',
      'last request cpu': 0,
      'last request memory': 0,
    },
    {
      pid: 19,
      state: 'Running',
      requests: 1,
      'request uri': '/\x1b]0;title\x07',
      'last request cpu': 12.3,
      'last request memory': 2_097_152,
    },
  ],
};

test('of several applications, one is to be chosen', async () => {
  const answer = JSON.stringify({ pools: [OURS, { ...OURS, pool: 'blog' }] });
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, `Status: 200\r\nContent-Type: application/json\r\n\r\n${answer}`);
      return 0;
    },
  });
  const { status, stderr } = await runMain(['top', address, '--once']);
  expect(status).toBe(1);
  expect(stderr).toContain('Choose one: --path /status/app.cjs, --path /status/blog');
});

test('rates are the differences of two reports; what began anew has none', () => {
  const [first, second] = OURS.processes;
  const status = {
    requests: 14,
    'bytes sent': 5336,
    'bytes received': 0,
    processes: [
      { ...first, requests: 12 },
      { ...second, pid: 5 },
    ],
  };
  const rates = ratesBetween({ status: OURS, time: 1000 }, { status, time: 3000 });
  expect(rates).toEqual({ received: undefined, requests: 5, sent: 1000, workers: new Map([[19_124, 4]]) });
  const php = {
    ...PHP,
    processes: [
      { pid: 20, requests: 5 },
      { pid: 19, requests: 0 },
    ],
  };
  expect(ratesBetween({ status: PHP, time: 0 }, { status: php, time: 500 }).requests).toBe(6);
  expect(ratesBetween(undefined, { status: OURS, time: 5 }).requests).toBeUndefined();
});

test('a report of fcgi run fits into 80 columns, sorted by the column that was chosen', () => {
  const rates = ratesBetween(undefined, { status: OURS, time: 0 });
  const { facts, head, workers } = renderTop(OURS, rates, BY_REQUESTS);
  expect([...facts, head, ...workers]).toEqual([
    'app.cjs  static  up 7s  generation 1',
    'workers 2  active 1  idle 1  blocked 0  waiting 0  crashes 0  errors 0',
    'memory 131.0 MiB  p50 0.8 ms  p95 9.3 ms  p99 9.8 ms',
    'requests -/s',
    '  PID  STATE    REQS  REQ/S  ACT    MEMORY    LATE  BUSY  URI',
    '19124  Running     4      -    1  66.2 MiB  2.3 ms    1%  /status',
    '19143  Idle        0      -    0  64.8 MiB  6.3 ms    3%  -',
  ]);
  const firsts = SORTS.map((sort) => renderTop(OURS, rates, sort).workers[0]?.slice(0, 5));
  expect(SORTS).toEqual([BY_REQUESTS, BY_MEMORY, BY_EVENT_LOOP, BY_PID]);
  expect(firsts).toEqual(['19124', '19124', '19143', '19124']);
});

test('a report of php-fpm has what it has, and nothing that a terminal obeys', () => {
  const { facts, head, workers } = renderTop(
    PHP,
    ratesBetween(undefined, { status: PHP, time: 0 }),
    BY_MEMORY,
  );
  expect([...facts, head, ...workers]).toEqual([
    'www  static  up 0s',
    'workers 2  active 2  idle 0  waiting 0',
    'requests -/s',
    'PID  STATE    REQS  REQ/S   MEMORY  CPU  URI',
    ' 19  Running     1      -  2.0 MiB  12%  /\\x1b]0;title\\x07',
    ' 20  Idle        2      -      0 B   0%  -',
  ]);
});

test.each([{}, { processes: [null, {}, { pid: [], requests: '5' }] }, { processes: 1, pool: ['\x1b'] }])(
  'a status that makes no sense is shown all the same: %j',
  (status) => {
    const rates = ratesBetween({ status, time: 0 }, { status, time: 1 });
    const { facts, head, workers } = renderTop(status, rates, BY_EVENT_LOOP);
    expect([...facts, head, ...workers].join('')).not.toMatch(/[^ -~]/);
  },
);

async function startRunner(): Promise<string> {
  const cwd = await folderWith({ 'app.cjs': "module.exports = (req, res) => res.end('x');" });
  const args = ['--listen', './s', '--workers', '2', '--status-path', '/status', 'app.cjs'];
  await new Runner(args, { cwd }).serving();
  return `unix:${join(cwd, 's')}`;
}

test.skipIf(noTerminal)(
  `a terminal shows the workers until q, sorts them by key, and is as it was before${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    const address = await startRunner();
    for (const name of ['a', 'b', 'c']) await ask(address, `/${name}`);
    const watching = new FcgiProcess(['top', address, '--interval', '0.1'], { terminal: true, columns: 80 });
    await watching.printed(/requests \d+\.\d\/s {2}received \d+\.\d \w+\/s {2}sent .*\[c event loop\]/s);
    watching.write('m');
    await watching.printed('[m memory]');
    watching.write('q');
    const { status, stdout } = await watching.outcome();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^.{0,4}.\[\?1049h.\[\?7l.\[\?25l/s);
    expect(stdout).toMatch(/.\[\?25h.\[\?7h.\[\?1049l\s*$/s);
    const lines = stdout
      .split(/\r+\n|\p{Cc}\[H/u)
      .map((line) => line.replaceAll(/\p{Cc}\[[\d;?]*[A-Za-z]/gu, ''));
    expect(lines).toContainEqual(expect.stringMatching(/^ *PID {2}STATE .* URI$/));
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  },
);

test.skipIf(noTerminal)(
  `a narrow terminal cuts lines, tells a look that fails, and Ctrl-C ends it${noTerminal ? ` (${noTerminal})` : ''}`,
  async () => {
    let looks = 0;
    const address = await startApplication(await temporaryFolder(), {
      responder: async (request) => {
        looks += 1;
        const body = `Status: 200\r\n\r\n${JSON.stringify(PHP)}`;
        await respond(request, looks < 3 ? body : 'Status: 503\r\n\r\n');
        return 0;
      },
    });
    const watching = new FcgiProcess(['top', address, '--interval', '0.05'], { terminal: true, columns: 30 });
    await watching.printed('There is no status page at /st');
    watching.write('\x03');
    const { status, stdout } = await watching.outcome();
    expect(status).toBe(0);
    expect(stdout).not.toContain(']0;title\x07');
    expect(stdout).not.toContain('There is no status page at /sta');
    expect(stdout).toMatch(/.\[\?1049l\s*$/s);
  },
);

test('as much is shown as there is room for, also when the terminal gets another size', async () => {
  const processes = Array.from({ length: 30 }, (_value, index) => ({ pid: 100 + index, state: 'Idle' }));
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, `Status: 200\r\n\r\n${JSON.stringify({ pool: 'p'.repeat(200), processes })}`);
      return 0;
    },
  });
  const stdout = Object.assign(new PassThrough(), { columns: 40, isTTY: true, rows: 12 });
  let shown = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  /** The lines of the last frame. */
  const frame = () =>
    (shown.split('\x1b[H').at(-1) ?? '').replaceAll(/\p{Cc}\[[\d;?]*[A-Za-z]/gu, '').split('\r\n');
  const interruption = new AbortController();
  const running = top(
    {
      cwd: '/',
      env: { NO_COLOR: '1' },
      interrupted: interruption.signal,
      stderr: stdout,
      stdin: new PassThrough(),
      stdout,
    },
    address,
    { interval: 100, path: '/status', timeout: 5 },
  );
  await expect.poll(frame).toHaveLength(12);
  expect(frame()[0]).toBe('p'.repeat(40));
  expect(frame().at(-3)).toMatch(/^2\d more$/);
  Object.assign(stdout, { columns: 20, rows: 60 });
  stdout.emit('resize');
  await expect.poll(() => frame()[0]).toBe('p'.repeat(20));
  expect(frame().filter((line) => line.includes('Idle'))).toHaveLength(30);
  interruption.abort();
  await running;
  expect(shown.endsWith('\x1b[?1049l')).toBe(true);
  expect(stdout.listenerCount('resize')).toBe(0);
});

test('without a terminal there are tables, one after the other or just one', async () => {
  const address = await startRunner();
  const once = await runMain(['top', address, '--once', '--interval', '0.05']);
  expect(once).toMatchObject({ status: 0, stderr: '' });
  expect(once.stdout).toMatch(/^app\.cjs {2}static [\s\S]*\nrequests \d+\.\d\/s [\s\S]*\n +PID {2}STATE /);
  expect(once.stdout).not.toContain('\x1b');
  const watching = new FcgiProcess(['top', address, '--interval', '0.05']);
  await watching.printed(/(app\.cjs {2}static[\s\S]*){3}/);
  watching.kill('SIGINT');
  expect(await watching.outcome()).toMatchObject({ status: 0, stderr: '' });
});

test('where there is no status page the exit status is 1, and no screen is opened', async () => {
  const outcome = await runFcgi(['top', '/run/none.sock']);
  expect(outcome).toMatchObject({ status: 1, stdout: '' });
  expect(outcome.stderr).toContain('There is no such socket');
});

test.skipIf(noPhpFpm)(`the workers of php-fpm are shown${noPhpFpm ? ` (${noPhpFpm})` : ''}`, async () => {
  const php = await startPhpFpm(await temporaryFolder());
  const outcome = await runMain(['top', php.address, '--once', '--interval', '0.05']);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).toMatch(/^www {2}static [\s\S]*\n +PID +STATE +REQS +REQ\/S +MEMORY +CPU +URI\n/);
});
