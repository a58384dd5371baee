import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  caddyConfig,
  haproxyConfig,
  nginxConfig,
  prometheusAdapterRules,
  supervisorConfig,
} from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';
import { PRODUCTS, type Product } from '../../init/src/product-names.ts';
import { caddyKnowsRequestBuffers } from '../../tooling/src/caddy-version.ts';
import { type SystemProgram, skipReason } from '../../tooling/src/system-packages.mjs';
import { runFcgi } from './support/fcgi-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

test('every flag becomes its option', async () => {
  const argv = [
    ...['--listen', 'unix:/run/app.sock', '--listen', '10.0.0.1:9000', '--mount', '/shop'],
    ...['--server-name', 'a.example', '--server-name', 'b.example', '--bind', '8080'],
    ...['--static', '/assets=/srv/a=b', '--max-body-size', '10M', '--no-keep-alive'],
    ...['--connect-timeout', '1', '--response-timeout', '2m', '--upload-timeout', '3s', '--name', 'shop'],
  ];
  const outcome = await runMain(['config', 'nginx', ...argv]);
  expect(outcome).toEqual({
    status: 0,
    stderr: '',
    stdout: nginxConfig({
      bind: '8080',
      keepAlive: false,
      listen: ['unix:/run/app.sock', '10.0.0.1:9000'],
      maxBodySize: 10 * 1024 * 1024,
      mount: '/shop',
      name: 'shop',
      serverName: ['a.example', 'b.example'],
      static: [{ folder: '/srv/a=b', prefix: '/assets' }],
      timeouts: { connect: 1_000, response: 120_000, upload: 3_000 },
    }),
  });
});

test('the flags of several applications become their options', async () => {
  const argv = [
    ...[
      '--listen',
      '10.0.0.1:9000',
      '--listen',
      '10.0.0.2:9000',
      '--backup',
      '10.0.0.8:9000',
      '--backup',
      '/b',
    ],
    ...['--health-path', '/health', '--health-interval', '5', '--slow-start', '30', '--multiplex'],
  ];
  const outcome = await runMain(['config', 'haproxy', ...argv]);
  expect(outcome).toEqual({
    status: 0,
    stderr: '',
    stdout: haproxyConfig({
      backups: ['10.0.0.8:9000', '/b'],
      healthCheck: { interval: 5_000, path: '/health' },
      listen: ['10.0.0.1:9000', '10.0.0.2:9000'],
      multiplex: true,
      slowStart: 30_000,
    }),
  });
  const refused = await runMain(['config', 'nginx', ...argv]);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain('--health-path and --health-interval: nginx asks no application');
});

test('the memory of Caddy for requests, and the group of a socket, become their options', async () => {
  const listen = 'unix:/run/app.sock';
  const caddy = (size: string) => runMain(['config', 'caddy', '--listen', listen, '--request-buffers', size]);
  expect((await caddy('5M')).stdout).toBe(caddyConfig({ listen, requestBuffers: 5 * 2 ** 20 }));
  expect((await caddy('none')).stdout).toBe(caddyConfig({ listen, requestBuffers: 0 }));
  const argv = ['config', 'supervisor', '--listen', listen, '--socket-group', 'nginx', '--', '/srv/app.fcgi'];
  expect((await runMain(argv)).stdout).toBe(
    supervisorConfig({ app: '/srv/app.fcgi', listen, socketGroup: 'nginx' }),
  );
});

const noOldCaddy =
  skipReason('caddy') ?? (caddyKnowsRequestBuffers() ? 'this Caddy is no old one' : undefined);
test.skipIf(noOldCaddy)(
  `--check says what an old Caddy has against it, and the option that helps${noOldCaddy ? ` (${noOldCaddy})` : ''}`,
  async () => {
    const { status, stderr } = await runMain(['config', 'caddy', '--listen', ':9000', '--check']);
    expect(status).toBe(1);
    expect(stderr).toContain('unrecognized subdirective request_buffers');
    expect(stderr).toContain('--request-buffers none leaves it out');
  },
);

test.each([
  [['nginx', '--listen', ':9000', '--request-buffers', '1M'], '--request-buffers: is for caddy'],
  [
    ['nginx', '--listen', ':9000', '--socket-group', 'web'],
    '--socket-group: is for init, supervisor, systemd',
  ],
  [
    ['systemd', '--listen', ':9000', '--socket-group', 'web', '--', '/srv/a'],
    '--socket-group: is the group of',
  ],
  [['kubernetes', '--', 'server.js'], '--image: must be the name of an image'],
  [['kubernetes', '--image', 'a', '--listen', ':9000'], '--listen: is unknown'],
  [['kubernetes', '--image', 'a', '--active-requests', 'many'], '--active-requests: must be a whole number'],
  [['compose', '--active-requests', '20'], '--active-requests: is unknown'],
  [['compose', '--env', 'A=b', '--', 'server.js'], '--env: is beyond containers'],
  [['container', '--', 'server.js', '--verbose'], 'arguments of PROGRAM: is beyond containers'],
])('%j is refused', async (argv, reason) => {
  const outcome = await runMain(['config', ...argv]);
  expect(outcome).toMatchObject({ status: 2, stdout: '' });
  expect(outcome.stderr).toContain(reason);
});

test('a file that cannot be written is named once, with the reason', async () => {
  expect(await runMain(['config', 'nginx', '--listen', ':9000', '-o', '/no/such/folder/file'])).toEqual({
    status: 1,
    stderr: 'fcgi: Cannot write /no/such/folder/file: ENOENT: no such file or directory.\n',
    stdout: '',
  });
});

test('manifests that scale by requests come with the rule for prometheus-adapter', async () => {
  const argv = ['config', 'kubernetes', '--image', 'shop:1.4', '--active-requests', '20'];
  const { status, stdout } = await runMain(argv);
  expect(status).toBe(0);
  expect(stdout).toContain('name: fcgi_requests_active');
  expect(stdout).toContain(`# prometheus-adapter.yaml\n${prometheusAdapterRules()}`);
});

/** What is asked of each product, and what it needs to check that. */
const asked: Readonly<
  Record<Product, readonly [argv: readonly string[], programs?: readonly SystemProgram[]]>
> = {
  apache: [
    ['--', process.execPath],
    ['apache2', 'mod_fcgid'],
  ],
  caddy: [
    ['--listen', '127.0.0.1:9000', ...(caddyKnowsRequestBuffers() ? [] : ['--request-buffers', 'none'])],
    ['caddy'],
  ],
  cherokee: [['--listen', '127.0.0.1:9000']],
  compose: [['--mount', '/shop', '--', 'server.js']],
  container: [['--processes', '4', '--', 'server.js']],
  h2o: [['--listen', '127.0.0.1:9000'], ['h2o']],
  haproxy: [['--listen', '127.0.0.1:9000'], ['haproxy']],
  iis: [['--', 'C:\\node\\node.exe', 'C:\\app\\app.js']],
  init: [['--user', 'app', '--', process.execPath, '/srv/app.js'], ['start-stop-daemon']],
  kubernetes: [['--image', 'shop:1.4', '--health-path', '/health', '--', 'server.js']],
  lighttpd: [['--listen', '127.0.0.1:9000'], ['lighttpd']],
  nginx: [['--listen', '127.0.0.1:9000'], ['nginx']],
  supervisor: [
    ['--listen', '/run/app.sock', '--processes', '2', '--', process.execPath, '/srv/app.js'],
    ['supervisord'],
  ],
  systemd: [
    ['--listen', '/run/app.sock', '--env', 'A=b', '--', process.execPath, '/srv/app.js'],
    ['systemd-analyze'],
  ],
};

describe.each(PRODUCTS)('%s', (product) => {
  const [argv, programs] = asked[product];
  const reason = programs === undefined ? undefined : skipReason(...programs);

  test.skipIf(reason)(
    `is printed, and taken by the product itself${reason ? ` (${reason})` : ''}`,
    async () => {
      const outcome = await runMain(['config', product, '--check', ...argv]);
      expect(outcome.stdout).not.toBe('');
      if (programs === undefined) {
        expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no test') });
      } else {
        expect(outcome).toMatchObject({ status: 0, stderr: `ok: ${product} takes it.\n` });
      }
    },
  );
});

const noSystemd = skipReason('systemd-analyze');
test.skipIf(noSystemd)(
  `what the product does not take is a failure with its words${noSystemd ? ` (${noSystemd})` : ''}`,
  async () => {
    const outcome = await runMain(['config', 'systemd', '--check', '--', '/no/such/program']);
    expect(outcome).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('systemd'),
    });
    expect(outcome.stderr).toContain('/no/such/program');
  },
);

test.each([
  [['nginx'], '--listen: is missing; say where the application listens, or which program it is.\n'],
  [['nginx', '--', '/srv/app'], 'PROGRAM: '],
  [['nginx', '--listen', '/a b'], '--listen: '],
  [['nginx', '--listen', ':9000', '--mount', 'shop'], '--mount: must be a path'],
  [['nginx', '--listen', ':9000', '--static', '/x=relative'], '--static: must be an absolute path'],
  [['nginx', '--listen', ':9000', '--response-timeout', '0.5'], 'It must be whole seconds, from 1 to 86400.'],
  [['nginx', '--listen', ':9000', '--user', 'ann'], '--user: is about PROGRAM'],
  [['haproxy', '--listen', ':9000', '--static', '/x=/y'], '--static: '],
  [['systemd', '--mount', '/x', '--', '/srv/app'], '--mount: is for web servers'],
  [
    ['nginx', '--listen', ':9000', '--image', 'app:1'],
    '--image: is for compose, container, kubernetes, and this is nginx',
  ],
  [['systemd', '--active-requests', '9', '--', '/srv/app'], '--active-requests: is for compose'],
  [['lighttpd', '--listen', ':9000', '--htaccess'], '--htaccess: is for apache, and this is lighttpd'],
  [['caddy', '--listen', ':9000', '--module', 'fcgid'], '--module: is for apache'],
  [['supervisor'], 'PROGRAM: is missing'],
  [['apache', '--module', 'php'], 'Allowed choices'],
  [['tomcat'], 'Allowed choices'],
  [['nginx', '--max-body-size', 'big'], 'It must be a size above 0'],
  [['nginx', '--max-body-size', '10'], 'It has no unit: write 10M for megabytes, 10K or 10B.'],
  [['nginx', '--static', '/assets'], 'with = between'],
])('%j is refused with the flag and the reason', async (argv, reason) => {
  const outcome = await runMain(['config', ...argv]);
  expect(outcome).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(reason) });
});

test('files are written, several into a folder, and what is there only with --force', async () => {
  const cwd = await temporaryFolder();
  const one = ['config', 'nginx', '--listen', ':9000', '-o', 'site.conf'];
  expect(await runFcgi(one, { cwd })).toEqual({
    status: 0,
    stdout: '',
    stderr: `Written: ${join(cwd, 'site.conf')}\n`,
  });
  expect(await readFile(join(cwd, 'site.conf'), 'utf8')).toBe((await runMain(one.slice(0, 4))).stdout);
  expect(await runFcgi(one, { cwd })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('--force'),
  });
  expect((await runFcgi([...one, '--force'], { cwd })).status).toBe(0);
  const several = [
    'config',
    'systemd',
    '--name',
    'shop',
    '--listen',
    '/run/shop.sock',
    '-o',
    'units',
    '--',
    '/srv/shop',
  ];
  expect((await runFcgi(several, { cwd })).status).toBe(0);
  expect(await readFile(join(cwd, 'units/shop.service'), 'utf8')).toContain('ExecStart=/srv/shop');
  expect(await readFile(join(cwd, 'units/shop.socket'), 'utf8')).toContain('ListenStream=/run/shop.sock');
});
