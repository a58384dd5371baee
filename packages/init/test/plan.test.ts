import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apacheConfig, nginxConfig, systemdUnits } from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../cli/test/support/temporary-folder.ts';
import { caddyKnowsRequestBuffers } from '../../tooling/src/caddy-version.ts';
import { type SystemProgram, skipReason } from '../../tooling/src/system-packages.mjs';
import type { Answers } from '../src/answers.ts';
import { checkFiles } from '../src/check-files.ts';
import { makePlan, type Plan } from '../src/plan.ts';
import { type Start, WEB_SERVERS, type WebServerName, webServer } from '../src/web-servers.ts';

const answers: Answers = {
  app: '/srv/shop/app.ts',
  folder: '/srv/shop',
  workingDirectory: '/srv/shop',
  mount: '/',
  name: 'shop',
  runner: [process.execPath, '/usr/lib/fcgi/fcgi.js'],
  serverName: [],
  start: 'systemd',
  webServer: 'nginx',
};

function textOf({ files }: Plan, name: string): string | undefined {
  return files.find(({ path }) => path === `/srv/shop/${name}`)?.text;
}

test('a script for a web server has absolute paths, its run bit, and the configuration beside it', () => {
  const plan = makePlan({
    ...answers,
    home: "/home/ann's",
    mount: '/shop',
    start: 'web-server',
    webServer: 'apache-htaccess',
  });
  expect(plan.files.map(({ mode, path }) => [path, mode])).toEqual([
    ['/srv/shop/shop.fcgi', 0o755],
    ['/srv/shop/.htaccess', 0o644],
  ]);
  expect(textOf(plan, 'shop.fcgi')).toBe(
    `#!/bin/sh
# Started by the web server, which hands it a listening socket as descriptor 0.
export NODE_ENV="\${NODE_ENV:-production}"
[ -n "$HOME" ] || export HOME='/home/ann'\\''s'
cd /srv/shop || exit
exec ${process.execPath} /usr/lib/fcgi/fcgi.js run --mount /shop /srv/shop/app.ts
`,
  );
  expect(textOf(plan, '.htaccess')).toBe(
    apacheConfig({
      app: '/srv/shop/shop.fcgi',
      htaccess: true,
      module: 'fcgid',
      mount: '/shop',
      name: 'shop',
    }),
  );
});

test('the script hands hostile paths on as they are, without a PATH', async () => {
  const folder = join(await temporaryFolder(), `it's a $(touch "x") \`id\` \\ "folder";\n#\t*?[日本]`);
  await mkdir(folder);
  const runner = join(folder, 'print.cjs');
  await writeFile(runner, 'console.log(JSON.stringify([process.argv.slice(1), process.env.NODE_ENV]));');
  const app = join(folder, "-app's.js");
  const plan = makePlan({
    ...answers,
    app,
    workingDirectory: folder,
    mount: '/a~b',
    runner: [process.execPath, runner],
    start: 'web-server',
    webServer: 'apache-fcgid',
  });
  const script = join(folder, 'shop.fcgi');
  await writeFile(script, textOf(plan, 'shop.fcgi') ?? '');
  await chmod(script, 0o755);
  const start = (env: NodeJS.ProcessEnv) =>
    JSON.parse(execFileSync(script, { env, encoding: 'utf8' })) as unknown;
  expect(start({})).toEqual([[runner, 'run', '--mount', '/a~b', app], 'production']);
  expect(start({ NODE_ENV: 'staging' })).toMatchObject({ 1: 'staging' });
});

test('a service gets its socket from systemd, and the web server connects to it', () => {
  const plan = makePlan({ ...answers, serverName: ['a.example', 'b.example'] });
  expect(textOf(plan, 'shop-nginx.conf')).toBe(
    nginxConfig({ listen: 'unix:/run/shop.sock', name: 'shop', serverName: ['a.example', 'b.example'] }),
  );
  const { service, socket } = systemdUnits({
    app: {
      command: [...answers.runner, 'run', '--workers', 'auto', '/srv/shop/app.ts'],
      environment: { NODE_ENV: 'production' },
      folder: '/srv/shop',
      user: 'www-data',
    },
    listen: 'unix:/run/shop.sock',
    name: 'shop',
  });
  expect([textOf(plan, 'shop.service'), textOf(plan, 'shop.socket')]).toEqual([service, socket]);
  for (const line of ['Type=notify', 'WatchdogSec=30', 'ExecReload=/bin/kill -HUP $MAINPID'])
    expect(service).toContain(`\n${line}\n`);
});

test.each(['init', 'supervisor', 'systemd'] as const)(
  'the socket that %s opens has the group of the web server, whoever the application is',
  (start) => {
    const socketOf = (others: Partial<Answers>) =>
      makePlan({ ...answers, start, user: 'app', ...others })
        .files.map(({ text }) => text)
        .join('');
    const group = (name: string) =>
      ({ init: ` -G ${name} `, supervisor: `socket_owner=app:${name}\n`, systemd: `SocketGroup=${name}\n` })[
        start
      ];
    expect(socketOf({})).toContain(group('www-data'));
    expect(socketOf({ group: 'nginx' })).toContain(group('nginx'));
    expect(socketOf({ webServer: 'caddy' })).toContain(group('caddy'));
    expect(socketOf({ webServer: 'h2o' })).toContain(group('debian-h2o'));
    expect(socketOf({ group: 'http', webServer: 'caddy' })).toContain(group('http'));
  },
);

test('what a build has to be sent as it is, the web server sends, as far as it can', () => {
  const statics = [{ folder: '/srv/shop/.output/public/_nuxt', prefix: '/_nuxt' }];
  const configOf = (webServer: WebServerName, others: Partial<Answers> = {}) => {
    const start = WEB_SERVERS[webServer].starts[0];
    return makePlan({ ...answers, mount: '/shop', start, statics, webServer, ...others }).files.at(-1)?.text;
  };
  expect(configOf('nginx')).toContain(`location ^~ /shop/_nuxt/ {
        # Both with a slash at the end, or else /static../ would leave the folder.
        alias /srv/shop/.output/public/_nuxt/;
        add_header Cache-Control "public, max-age=31536000, immutable";`);
  expect(configOf('apache-htaccess')).toContain('".output/public/_nuxt/$1"');
  expect(configOf('apache-htaccess', { folder: '/srv/www' })).not.toContain('_nuxt');
  expect(configOf('haproxy')).not.toContain('_nuxt');
});

test('for a Caddy that is too old to buffer requests, nothing buffers them', () => {
  const configOf = (others: Partial<Answers>) =>
    textOf(makePlan({ ...answers, webServer: 'caddy', ...others }), 'shop.Caddyfile');
  expect(configOf({})).toContain('request_buffers 16777216');
  expect(configOf({ requestBuffers: 0 })).not.toContain('request_buffers');
});

test('every file has its next step, and the last ones are for looking at the whole', () => {
  const runner = ['/usr/bin/node', '/usr/lib/fcgi/fcgi.js'] as const;
  const plan = makePlan({ ...answers, folder: "/srv/ann's shop", runner });
  expect(plan.files.map(({ next }) => next.flatMap(({ commands }) => commands))).toEqual([
    [`sudo cp '/srv/ann'\\''s shop/shop.service' /etc/systemd/system/shop.service`],
    [
      `sudo cp '/srv/ann'\\''s shop/shop.socket' /etc/systemd/system/shop.socket`,
      'sudo systemctl daemon-reload',
      'sudo systemctl enable --now shop.socket',
    ],
    [
      `sudo cp '/srv/ann'\\''s shop/shop-nginx.conf' /etc/nginx/conf.d/shop.conf`,
      'sudo nginx -t',
      'sudo systemctl reload nginx',
    ],
  ]);
  expect(plan.next.flatMap(({ commands }) => commands)).toEqual([
    'sudo fcgi ping unix:/run/shop.sock',
    'curl -i http://localhost/',
    'sudo fcgi doctor unix:/run/shop.sock',
  ]);
});

test('a fcgi that sudo does not find is named by its path', () => {
  const runner = ['/home/me/node/bin/node', '/home/me/app/fcgi.js'] as const;
  const [first] = makePlan({ ...answers, runner }).next.flatMap(({ commands }) => commands);
  expect(first).toBe('sudo /home/me/node/bin/node /home/me/app/fcgi.js ping unix:/run/shop.sock');
});

test('for Apache that starts the program, the last steps say how a new version is taken', () => {
  const plan = makePlan({ ...answers, start: 'web-server', webServer: 'apache-htaccess' });
  expect(plan.next.flatMap(({ commands }) => commands)).toContain(
    'cp -p /srv/shop/shop.fcgi /srv/shop/shop.fcgi.new && mv /srv/shop/shop.fcgi.new /srv/shop/shop.fcgi',
  );
});

test('by hand there is no file for it, but a folder that passes its group on, and a command', () => {
  const plan = makePlan({ ...answers, mount: '/shop', start: 'hand' });
  expect(plan.files.map(({ path }) => path)).toEqual(['/srv/shop/shop-nginx.conf']);
  expect(plan.next.flatMap(({ commands }) => commands).slice(0, 2)).toEqual([
    'sudo install -d -m 2750 -o "$(id -un)" -g www-data /run/shop',
    `${process.execPath} /usr/lib/fcgi/fcgi.js run --chdir /srv/shop --listen unix:/run/shop/shop.sock --mount /shop /srv/shop/app.ts`,
  ]);
});

/** What is needed to check the configuration of each. */
const programs: Readonly<
  Record<WebServerName | 'init' | 'supervisor' | 'systemd', readonly SystemProgram[]>
> = {
  'apache-fcgid': ['apache2', 'mod_fcgid'],
  'apache-htaccess': ['apache2', 'mod_fcgid'],
  'apache-proxy': ['apache2'],
  caddy: ['caddy'],
  h2o: ['h2o'],
  haproxy: ['haproxy'],
  init: [],
  lighttpd: ['lighttpd'],
  nginx: ['nginx'],
  supervisor: ['supervisord'],
  systemd: ['systemd-analyze'],
};
const names = Object.keys(WEB_SERVERS) as WebServerName[];

describe.each(names)('for %s', (name) => {
  const { product, starts } = webServer(name);
  const reason = skipReason(...programs[name]);

  test.skipIf(reason).each(starts)(
    `what is written for a start by %s is taken by the product${reason ? ` (${reason})` : ''}`,
    async (start) => {
      const old = name === 'caddy' && !caddyKnowsRequestBuffers() ? { requestBuffers: 0 as const } : {};
      const { files, next } = makePlan({ ...answers, mount: '/shop', start, webServer: name, ...old });
      expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
      const config = files.at(-1);
      expect(config?.next).not.toEqual([]);
      expect(next).not.toEqual([]);
      const usual = config?.path.endsWith('.htaccess') ? '.htaccess' : 'config';
      await checkFiles(product, [{ name: usual, text: config?.text ?? '' }]);
    },
  );
});

describe.each(['init', 'supervisor', 'systemd'] as const)('the files for %s', (start) => {
  const reason = skipReason(...programs[start]);
  test.skipIf(reason)(`are taken by the product${reason ? ` (${reason})` : ''}`, async () => {
    const { files } = makePlan({ ...answers, start });
    const own = files.slice(0, -1).map(({ path, text }) => ({ name: path.replace(/^.*\//, ''), text }));
    expect(own).not.toEqual([]);
    await checkFiles(start, own);
  });
});

test.each<[Partial<Answers>, string]>([
  [{ start: 'web-server' }, '--start: must be systemd, supervisor, init, hand for nginx.'],
  [{ start: 'hand', user: 'ann' }, '--user: '],
  [{ start: 'systemd', group: 'web', listen: '127.0.0.1:9000' }, '--group: is the group of a Unix socket'],
  [{ mount: 'shop' }, '--mount: must be a path'],
  [{ name: '../shop' }, '--name: '],
  [{ listen: '/a b' }, '--listen: '],
  [{ upgradeListen: '/run/u.sock' }, '--upgrade-listen: must be a port'],
  [{ ...started('lighttpd'), upgradeListen: '127.0.0.1:9001' }, '--upgrade-listen: a web server may start'],
  [{ webServer: 'h2o', upgradeListen: '127.0.0.1:9001' }, '--upgrade-listen: h2o chooses by the URL'],
  [{ app: '/srv/\n/app.js' }, 'APP: '],
  [{ ...started('lighttpd'), folder: '/srv/my shop' }, '--output: lighttpd cuts a command at every blank'],
  [{ ...started('apache-htaccess'), serverName: ['a.example'] }, '--server-name: a .htaccess belongs'],
  [{ ...started('apache-fcgid'), listen: '/run/app.sock' }, '--listen: mod_fcgid'],
  [{ ...started('apache-fcgid'), user: 'ann' }, '--user: mod_fcgid'],
  [{ runner: ['/usr/bin/node', '/home/ann/.npm/_npx/1a2b/node_modules/fcgi.js'] }, 'the cache of npx'],
])('%j does not go together', (others, reason) => {
  expect(() => makePlan({ ...answers, ...others })).toThrow(
    expect.objectContaining({ code: 'FCGI_DEPLOYMENT_INVALID', message: expect.stringContaining(reason) }),
  );
});

function started(name: WebServerName): { start: Start; webServer: WebServerName } {
  return { start: 'web-server', webServer: name };
}

test.each([
  ['nginx', {}, 'proxy_pass http://shop_upgrade;'],
  ['h2o', { upgradePath: '/ws' }, 'proxy.websocket: ON'],
] as const)('WebSockets have a port of their own, which %s passes them to', (name, more, line) => {
  const plan = makePlan({ ...answers, webServer: name, upgradeListen: '127.0.0.1:9001', ...more });
  const [service, config] = ['shop.service', `shop${WEB_SERVERS[name].ending}`].map((file) =>
    textOf(plan, file),
  );
  const prefix = name === 'h2o' ? ' --mount /' : '';
  expect(service).toContain(
    ` run --workers auto --upgrade-listen "127.0.0.1:9001"${prefix} /srv/shop/app.ts`,
  );
  expect(config).toContain(line);
  expect(config).toContain('127.0.0.1:9001');
});
