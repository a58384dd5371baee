import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { join as joinBytes, latin1, pairs, record } from '../../test-support/src/index.ts';
import { createProgram } from '../src/program.ts';
import { respond, startApplication } from './support/applications.ts';
import { FcgiProcess } from './support/fcgi-process.ts';
import { answer, startRecords } from './support/hostile-records.ts';
import { BYTES, expectHarmless, expectHarmlessRuns, HOSTILE, LONE, NAME } from './support/hostile-text.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runForBytes, runMain } from './support/test-io.ts';

const PAGE = {
  pool: HOSTILE,
  [HOSTILE]: HOSTILE,
  processes: [{ pid: HOSTILE, state: HOSTILE, 'request uri': HOSTILE }],
};
const WRONG = ['/x', '--no-such-option'].map((word) => word + HOSTILE);

/** For each command everything that it prints of what others have chosen. */
const commands: Readonly<Record<string, () => Promise<void>>> = {
  async bundle() {
    const cwd = await temporaryFolder();
    const folder = join(cwd, NAME);
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(
      join(folder, 'app.mjs'),
      `export default (req, res) => { res.end(${JSON.stringify(HOSTILE)}); };`,
    );
    await writeFile(join(folder, 'broken.mjs'), `import './${NAME}.mjs'; const = ${HOSTILE}`);
    const app = join(NAME, 'app.mjs');
    const flags = [
      ['--external', HOSTILE],
      ['--include', `none${NAME}`],
      ['--static', HOSTILE],
      ['--keep', HOSTILE],
    ];
    await expectHarmlessRuns(
      [
        ['bundle', app, '-o', `out${NAME}`, '--yes'],
        ['bundle', app, '-o', 'json', '--yes', '--json'],
        ['bundle', app, '-o', 'places', '--node', `/${NAME}`, '--home', `/${NAME}`, '--mount', `/${NAME}`],
        ...flags.map((words) => ['bundle', app, '-o', 'other', '--yes', ...words]),
        ['bundle', join(NAME, 'broken.mjs'), '-o', 'broken', '--yes'],
        ['bundle', `none${NAME}.mjs`, '-o', 'none'],
        ['bundle', ...WRONG],
      ],
      { cwd },
    );
  },
  async conformance() {
    const cwd = await temporaryFolder();
    const address = await startRecords(...answer(BYTES));
    const few = ['--only', '1,101,330', '--timeout', '0.2'];
    await writeFile(join(cwd, `known${NAME}`), `101 ${HOSTILE}\n${HOSTILE}\n`);
    await expectHarmlessRuns(
      [
        ['conformance', address, ...few, '--verbose'],
        ['conformance', address, ...few, '--json'],
        ['conformance', address, ...few, '--param', `A=${HOSTILE}`, '--verbose'],
        ['conformance', address, ...few, '--expected-failures', `known${NAME}`],
        ['conformance', address, ...few, '--expected-failures', `none${NAME}`],
        ['conformance', address, ...few, '--junit', `/nowhere/${NAME}`],
        ['conformance', '--spawn', `echo '${NAME}' >&2; exit 3`, ...few],
        ['conformance', '--web-server', `echo '${NAME}' >&2; exit 3 {socket}`, '--url', HOSTILE, ...few],
        ['conformance', `unix:/nowhere/${NAME}`, ...few],
        ['conformance', HOSTILE],
        ['conformance', ...WRONG],
      ],
      { cwd },
    );
  },
  async complete() {
    const { stderr, stdout } = await runForBytes(['complete', '--', HOSTILE]);
    expectHarmless('complete', Buffer.concat([stdout, stderr]));
  },
  async completion() {
    await expectHarmlessRuns([['completion', HOSTILE]]);
  },
  async config() {
    const products = [
      'nginx',
      'apache',
      'lighttpd',
      'caddy',
      'h2o',
      'haproxy',
      'cherokee',
      'iis',
      'systemd',
      'init',
    ];
    for (const product of [...products, 'supervisor', 'kubernetes', 'compose', HOSTILE]) {
      await expectHarmlessRuns([
        ['config', product, '--listen', `unix:/run/${NAME}`],
        ['config', product, '--listen', 'unix:/run/s', '--mount', `/${HOSTILE}`],
        ['config', product, '--listen', 'unix:/run/s', '--static', `/a=/srv/${HOSTILE}`],
        [
          'config',
          product,
          '--env',
          `A=${HOSTILE}`,
          '--image',
          HOSTILE,
          '--folder',
          `/${HOSTILE}`,
          '--',
          `/srv/${HOSTILE}`,
        ],
        ['config', product, '--env', `A=\u202e${LONE}`, '--image', 'a', '--', '/srv/app'],
        ['config', product, '--listen', 'unix:/run/s', '-o', `/nowhere/${NAME}`],
      ]);
    }
  },
  async decode() {
    const cwd = await temporaryFolder();
    const params = pairs([
      [BYTES, BYTES],
      ['REQUEST_URI', BYTES],
      ['HTTP_COOKIE', BYTES],
    ]);
    const begin = record(1, 1, [0, 1, 0, 0, 0, 0, 0, 0]);
    const input = joinBytes(
      begin,
      record(4, 1, params),
      record(4, 1),
      record(5, 1, BYTES),
      record(5, 1),
      BYTES,
      record(99, 0, BYTES),
    );
    for (const stdin of [input, joinBytes(...answer(BYTES)), record(9, 0, pairs([[BYTES, BYTES]]))]) {
      for (const flags of [['--content'], ['--json', '--content'], ['--show-secrets']]) {
        await expectHarmlessRuns([['decode', ...flags]], { stdin });
      }
    }
    await expectHarmlessRuns(
      [
        ['decode', `none${NAME}`],
        ['decode', ...WRONG],
      ],
      { cwd },
    );
  },
  async dev() {
    await expectHarmlessRuns(
      [
        ['dev', `${NAME}.mjs`],
        ['dev', ...WRONG],
        ['dev', '--port', HOSTILE, 'x'],
      ],
      {
        cwd: await temporaryFolder(),
      },
    );
    const running = await startHere(['dev', '--port', '0'], /loaded: /);
    await running.printed(/load it again/);
    const url = / on (http:\S+),/.exec(running.stdout + running.stderr)?.[1] ?? '';
    await (await fetch(new URL('/%9b', url))).text();
    await running.printed(/GET \/%9b/);
    expectHarmless('dev', Buffer.from(running.stdout + running.stderr));
  },
  async doctor() {
    const cwd = await temporaryFolder();
    await writeFile(
      join(cwd, 'log'),
      joinBytes('upstream sent too big header while reading response header from upstream ', BYTES, '\n'),
    );
    await writeFile(join(cwd, `${NAME}.fcgi`), joinBytes('#!/nowhere/', Buffer.from(NAME), '\n', BYTES), {
      mode: 0o755,
    });
    const address = await startRecords(...answer(BYTES));
    const broken = await startRecords(
      record(7, 1, BYTES),
      record(6, 1, joinBytes(BYTES, '\n\n')),
      record(3, 1, [0, 0, 0, 0, 0, 0, 0, 0]),
    );
    const foreign = await startRecords('HTTP/1.1 400 ', BYTES);
    for (const json of [[], ['--json']]) {
      await expectHarmlessRuns(
        [
          ['doctor', address, '--log', 'log', '--timeout', '1', ...json],
          ['doctor', broken, '--timeout', '1', ...json],
          ['doctor', foreign, '--timeout', '1', ...json],
          ['doctor', `${NAME}.fcgi`, ...json],
          ['doctor', `unix:/nowhere/${NAME}.sock`, ...json],
        ].map((argv) => argv.map((word) => (word === 'log' ? join(cwd, word) : word))),
        { cwd },
      );
    }
    await expectHarmlessRuns(
      [
        ['doctor', '--config', `/nowhere/${NAME}`],
        ['doctor', ...WRONG],
        ['doctor', 'x', '--user', HOSTILE],
      ],
      { cwd },
    );
  },
  async init() {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, NAME));
    await writeFile(join(cwd, NAME, 'app.js'), 'export default (req, res) => res.end();');
    for (const flags of [[], ['--json'], ['--dry-run'], ['--dry-run', '--json']]) {
      for (const server of ['nginx', 'apache-htaccess', 'lighttpd']) {
        await expectHarmlessRuns(
          [['init', join(NAME, 'app.js'), '--web-server', server, '--yes', ...flags]],
          { cwd },
        );
      }
      await expectHarmlessRuns([['init', join(NAME, 'app.js'), '--start', 'hand', '--yes', ...flags]], {
        cwd,
      });
    }
    await expectHarmlessRuns(
      [
        ['init', `${NAME}.js`, '--yes'],
        ['init', ...WRONG],
      ],
      { cwd },
    );
  },
  async ping() {
    const address = await startRecords(
      record(
        10,
        0,
        pairs([
          ['FCGI_MAX_CONNS', BYTES],
          [BYTES, BYTES],
        ]),
      ),
    );
    const broken = await startRecords(BYTES);
    await expectHarmlessRuns([
      ['ping', address],
      ['ping', address, '--json'],
      ['ping', broken, '--timeout', '1'],
      ['ping', broken, '--timeout', '1', '--json'],
      ['ping', `unix:/nowhere/${NAME}`],
      ['ping', `unix:/nowhere/${NAME}`, '--json'],
      ['ping', address, '--path', HOSTILE],
      ['ping', ...WRONG],
    ]);
  },
  async request() {
    const address = await startRecords(...answer('text'));
    const hostile = await startRecords(...answer(Buffer.from(HOSTILE)));
    const binary = await startRecords(...answer(BYTES));
    const hinted = await startRecords(
      record(7, 1, joinBytes('Primary script unknown ', BYTES)),
      ...answer(''),
    );
    const words = [
      ['-i'],
      ['-v'],
      ['-I'],
      ['--json'],
      ['-v', '--json'],
      ['--role', 'authorizer', '-i'],
      ['-i', '-v', '--show-secrets'],
    ];
    await expectHarmlessRuns([
      ...words.map((flags) => ['request', address, '/', ...flags]),
      ['request', hostile, '/', '--json'],
      ['request', binary, '/', '--json'],
      ['request', hinted, '/', '--script', `/srv/${NAME}`, '-v'],
      ['request', address, '/', '-p', `A=${HOSTILE}`, '-p', `${HOSTILE}=x`, '-v'],
      ['request', address, HOSTILE],
      ['request', address, '/', '-H', HOSTILE],
      ['request', address, '/', '-X', HOSTILE],
      ['request', address, '/', '-d', `@${NAME}`],
      ['request', address, '/', '-o', `/nowhere/${NAME}`],
      ['request', `unix:/nowhere/${NAME}`, '/', '--json'],
      ['request', ...WRONG],
    ]);
    for (const application of [address, hostile, binary])
      await expectHarmlessRuns([['request', application, '/', '-i']], {
        env: { NO_COLOR: '1' },
        terminal: true,
      });
  },
  async run() {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'fcgi.config.json'), JSON.stringify({ [HOSTILE]: HOSTILE }));
    await expectHarmlessRuns(
      [
        ['run', 'x.js'],
        ['run', `${NAME}.js`],
        ['run', ...WRONG],
        ['run', '--config', `none${NAME}`],
      ],
      { cwd },
    );
    await writeFile(
      join(cwd, 'fcgi.config.json'),
      JSON.stringify({ app: `${NAME}.js`, args: [HOSTILE], mount: HOSTILE }),
    );
    await expectHarmlessRuns([['run', '--print-config']], { cwd });
    for (const flags of [['--listen', './s'], ['--listen', './s', '--workers', '1'], []]) {
      const running = await startHere(['run', ...flags], /served on|serves?\b/);
      running.kill('SIGTERM');
      const { stderr, stdout } = await running.outcome();
      expectHarmless(`run ${flags.join(' ')}`, Buffer.from(stdout + stderr));
    }
  },
  async status() {
    await expectStatusHarmless(
      (address, ...flags) => ['status', address, ...flags],
      [[], ['--full'], ['--json', '--full']],
    );
  },
  async tap() {
    const cwd = await temporaryFolder();
    const upstream = await startRecords(...answer(BYTES));
    for (const flags of [
      ['--params', '--heads', '--records'],
      ['--json', '--records'],
      ['--params', '--show-secrets'],
    ]) {
      const listen = join(cwd, 't');
      const running = new FcgiProcess(['tap', listen, upstream, ...flags], { cwd });
      await running.printed(/Listening on/);
      const params = [`A=${HOSTILE}`, `${HOSTILE}=x`, `REQUEST_URI=${HOSTILE}`].flatMap((param) => [
        '-p',
        param,
      ]);
      expect((await runMain(['request', listen, '/', ...params])).stdout).not.toBe('');
      running.kill('SIGINT');
      const { stderr, stdout } = await running.outcome();
      expect(stdout).not.toBe('');
      expectHarmless(`tap ${flags.join(' ')}`, Buffer.from(stdout + stderr));
    }
    await expectHarmlessRuns([
      ['tap', `/nowhere/${NAME}`, upstream],
      ['tap', ...WRONG],
      ['tap', join(cwd, 'u'), upstream, '--save', `/nowhere/${NAME}`],
    ]);
  },
  async top() {
    await expectStatusHarmless((address) => ['top', address, '--once', '--interval', '0.1s'], [[]]);
  },
};

async function expectStatusHarmless(
  line: (address: string, ...flags: string[]) => string[],
  flags: string[][],
) {
  const address = await startApplication(await temporaryFolder(), {
    responder: async (request) => {
      await respond(request, `Status: 200\r\n\r\n${JSON.stringify(PAGE)}`);
      return 0;
    },
  });
  const broken = await startRecords(...answer(BYTES));
  await expectHarmlessRuns([
    ...flags.map((words) => line(address, ...words)),
    line(broken),
    line(`unix:/nowhere/${NAME}`),
    [...line(address), '--path', HOSTILE],
    line(HOSTILE, HOSTILE),
  ]);
}

/** Starts a process with an application whose name is hostile. */
async function startHere(argv: readonly string[], until: RegExp): Promise<FcgiProcess> {
  const cwd = await temporaryFolder();
  await mkdir(join(cwd, NAME));
  await writeFile(join(cwd, NAME, 'app.mjs'), 'export default (req, res) => { res.end(); };');
  await writeFile(join(cwd, NAME, 'package.json'), '{}');
  const running = new FcgiProcess([...argv, join(NAME, 'app.mjs')], { cwd });
  await running.printed(until);
  return running;
}

const io = {
  cwd: '/',
  env: {},
  interrupted: new AbortController().signal,
  stderr: process.stderr,
  stdin: process.stdin,
  stdout: process.stdout,
};
const names = createProgram(io).commands.map((command) => command.name());

test('every command is looked at', () => {
  expect(Object.keys(commands).sort()).toEqual([...names].sort());
  expect(latin1('\x9b')).toEqual(Uint8Array.of(0x9b));
});

test.each(Object.keys(commands))(
  'nothing that fcgi %s prints is obeyed by a terminal, invisible or turned around',
  async (name) => {
    await commands[name]?.();
  },
  240_000,
);
