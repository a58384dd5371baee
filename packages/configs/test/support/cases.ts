import {
  apacheConfig,
  caddyConfig,
  cherokeeConfig,
  composeFile,
  containerFile,
  h2oConfig,
  haproxyConfig,
  iisConfig,
  initScript,
  kubernetesManifests,
  lighttpdConfig,
  nginxConfig,
  supervisorConfig,
  systemdUnits,
  tunnelConfigs,
  wireguardConfigs,
} from '@fcgi-js/configs';

/** One configuration whose text is kept in `test/golden/PRODUCT/NAME`. */
export interface GoldenCase {
  readonly name: string;
  readonly product: string;
  readonly text: string;
}

/** WebSockets beside FastCGI, in a site as it is in production. */
const upgradeSocket = 'unix:/run/app.upgrade.sock';
const severalUpgrades = ['10.0.0.1:9001', '10.0.0.2:9001'];
const program = '/srv/app/server.js';
const socket = 'unix:/run/app.sock';
const one = '10.0.0.1:9000';
const reserve = ['10.0.0.8:9000', 'unix:/run/reserve.sock'];
const several = ['app1.internal:9000', 'app2.internal:9000'];
const files = { prefix: '/static', folder: '/srv/app/public' };
const prefix = '/yourapplication';
/** Legal, and in need of quoting everywhere. */
const awkward = { prefix: '/a.b~c', folder: "/srv/it's 100% #1; {really}" };
/** Files whose names have a hash. */
const assets = { prefix: '/assets', folder: '/srv/app/dist/assets', immutable: true };
/** A site as it is in production. */
const site = { mount: prefix, serverName: ['example.org', 'www.example.org'], static: files };
const limits = {
  maxBodySize: 10_000_000,
  timeouts: { connect: 2_000, response: 120_000, idle: 30_000, upload: 20_000 },
};
const command = {
  command: ['/usr/bin/node', program, '--title', 'a "b" $c %d'],
  environment: { NODE_ENV: 'production', GREETING: 'hello $world 100% \\o/' },
  folder: '/srv/app',
  user: 'www-data',
  group: 'www-data',
};
const { connect, response, upload } = limits.timeouts;

const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nginx: {
    'root.conf': nginxConfig({ listen: socket }),
    'upgrades.conf': nginxConfig({ ...site, listen: socket, upgradeSocket }),
    'upgrades-several.conf': nginxConfig({ listen: socket, upgradeSocket: severalUpgrades }),
    'tcp.conf': nginxConfig({
      listen: '127.0.0.1:9000',
      keepAlive: false,
      bind: '127.0.0.1:8080',
      maxBodySize: Infinity,
    }),
    'site.conf': nginxConfig({ ...site, ...limits, name: 'your-application', listen: socket }),
    'several.conf': nginxConfig({ listen: ['127.0.0.1:9000', '[::1]:9001'], name: 'server' }),
    'backups.conf': nginxConfig({ listen: one, backups: reserve, timeouts: { connect: 1_000 } }),
    'immutable.conf': nginxConfig({ listen: socket, static: assets }),
    'awkward.conf': nginxConfig({ mount: '/a.b~c@d+e', listen: socket, static: awkward }),
  },
  lighttpd: {
    'root.conf': lighttpdConfig({ listen: socket }),
    'upgrades.conf': lighttpdConfig({ ...site, listen: socket, upgradeSocket }),
    'upgrades-several.conf': lighttpdConfig({ listen: socket, upgradeSocket: severalUpgrades }),
    'tcp.conf': lighttpdConfig({ listen: '127.0.0.1:9000', maxBodySize: Infinity }),
    'started.conf': lighttpdConfig({
      app: { command: [program], environment: { NODE_ENV: 'production', GREETING: 'hello $world' } },
      authorizer: '/protected',
      static: files,
      processes: 4,
    }),
    'site.conf': lighttpdConfig({
      ...site,
      listen: '127.0.0.1:9000',
      authorizer: '/protected',
      maxBodySize: 10_000_000,
      timeouts: { connect, response, upload },
    }),
    'several.conf': lighttpdConfig({ listen: ['127.0.0.1:9000', '127.0.0.1:9001'] }),
    'immutable.conf': lighttpdConfig({ listen: socket, static: [assets, files] }),
    'awkward.conf': lighttpdConfig({ mount: '/a.b~c@d+e', listen: socket, static: awkward }),
  },
  apache: {
    'proxy-root.conf': apacheConfig({ module: 'proxy_fcgi', listen: socket }),
    'proxy-upgrades.conf': apacheConfig({ module: 'proxy_fcgi', ...site, listen: socket, upgradeSocket }),
    'fcgid-upgrades.conf': apacheConfig({ module: 'fcgid', app: program, upgradeSocket: '127.0.0.1:9001' }),
    'proxy-tcp.conf': apacheConfig({
      module: 'proxy_fcgi',
      listen: '127.0.0.1:9000',
      keepAlive: false,
      maxBodySize: Infinity,
    }),
    'proxy-site.conf': apacheConfig({ module: 'proxy_fcgi', ...site, ...limits, listen: socket }),
    'proxy-authorizer.conf': apacheConfig({
      module: 'proxy_fcgi',
      listen: '127.0.0.1:9000',
      authorizer: '/protected',
    }),
    'proxy-several.conf': apacheConfig({
      module: 'proxy_fcgi',
      mount: prefix,
      listen: ['127.0.0.1:9000', socket],
    }),
    'proxy-backups.conf': apacheConfig({ module: 'proxy_fcgi', listen: one, backups: reserve }),
    'proxy-check.conf': apacheConfig({
      module: 'proxy_fcgi',
      listen: [one, '10.0.0.2:9000'],
      healthCheck: { interval: 5_000 },
    }),
    'proxy-awkward.conf': apacheConfig({
      module: 'proxy_fcgi',
      mount: '/a.b~c@d+e',
      listen: socket,
      static: awkward,
    }),
    'proxy-immutable.conf': apacheConfig({ module: 'proxy_fcgi', listen: socket, static: assets }),
    'fcgid-root.conf': apacheConfig({ module: 'fcgid', app: program }),
    'fcgid-site.conf': apacheConfig({
      module: 'fcgid',
      ...site,
      app: { command: [program], environment: { NODE_ENV: 'production', GREETING: 'hello "$world" \\o/' } },
      authorizer: '/protected',
      maxBodySize: 10_000_000,
      processes: 5,
      timeouts: { connect, response, upload },
    }),
    'fcgid-awkward.conf': apacheConfig({
      module: 'fcgid',
      app: `${awkward.folder}/server.js`,
      static: awkward,
      maxBodySize: Infinity,
    }),
    'htaccess-root.conf': apacheConfig({
      module: 'fcgid',
      htaccess: true,
      app: '/home/me/public_html/yourapplication.fcgi',
    }),
    'htaccess-immutable.conf': apacheConfig({
      module: 'fcgid',
      htaccess: true,
      app: '/home/me/public_html/app.fcgi',
      static: { prefix: '/assets', folder: '/home/me/public_html/dist/assets', immutable: true },
    }),
    'htaccess-site.conf': apacheConfig({
      module: 'fcgid',
      htaccess: true,
      app: '/home/me/public_html/shop/app.fcgi',
      maxBodySize: Infinity,
      mount: '/shop',
      static: { prefix: '/static', folder: '/home/me/public_html/shop/static' },
    }),
  },
  mod_fastcgi: {
    'started.conf': apacheConfig({
      module: 'fastcgi',
      ...site,
      app: { command: ['/srv/app/yourapplication.fcgi'], environment: { PATH: '/usr/bin:/bin' } },
      authorizer: '/protected',
      processes: 5,
      timeouts: { response: 300_000 },
    }),
    'socket.conf': apacheConfig({ module: 'fastcgi', listen: socket }),
    'tcp.conf': apacheConfig({ module: 'fastcgi', mount: prefix, listen: '127.0.0.1:9000' }),
    'htaccess.conf': apacheConfig({
      module: 'fastcgi',
      htaccess: true,
      app: '/home/me/public_html/app.fcgi',
    }),
  },
  caddy: {
    'immutable.conf': caddyConfig({ listen: socket, static: assets }),
    'root.conf': caddyConfig({ listen: socket }),
    'upgrades.conf': caddyConfig({ ...site, listen: socket, upgradeSocket }),
    'upgrades-several.conf': caddyConfig({ listen: socket, upgradeSocket: severalUpgrades }),
    'tcp.conf': caddyConfig({ listen: '127.0.0.1:9000', bind: '127.0.0.1:8080', maxBodySize: Infinity }),
    'site.conf': caddyConfig({ ...site, listen: socket, maxBodySize: 10_000_000, timeouts: { connect } }),
    'unbuffered.conf': caddyConfig({ listen: socket, requestBuffers: 0 }),
    'several.conf': caddyConfig({ listen: several, bind: '8080', serverName: 'example.org' }),
    'backups.conf': caddyConfig({ listen: one, backups: reserve }),
    'awkward.conf': caddyConfig({
      mount: '/a.b~c@d+e',
      listen: socket,
      static: { ...awkward, folder: "/srv/it's 100% #1; really" },
    }),
  },
  h2o: {
    'immutable.conf': h2oConfig({ listen: socket, static: assets }),
    'root.conf': h2oConfig({ listen: socket }),
    'upgrades.conf': h2oConfig({ ...site, listen: socket, upgradePath: '/ws', upgradeSocket }),
    'upgrades-tcp.conf': h2oConfig({ listen: socket, upgradePath: '/ws', upgradeSocket: '127.0.0.1:9001' }),
    'tcp.conf': h2oConfig({
      listen: '127.0.0.1:9000',
      keepAlive: false,
      bind: '127.0.0.1:8080',
      maxBodySize: Infinity,
    }),
    'started.conf': h2oConfig({
      app: {
        command: [program, 'fd:0'],
        user: 'www-data',
        folder: awkward.folder,
        environment: { GREETING: "it's" },
      },
    }),
    'site.conf': h2oConfig({
      ...site,
      listen: socket,
      maxBodySize: 10_000_000,
      timeouts: { response, idle: 30_000 },
    }),
    'awkward.conf': h2oConfig({ mount: '/a.b~c@d+e', listen: socket, static: awkward }),
  },
  haproxy: {
    'root.conf': haproxyConfig({ listen: socket }),
    'upgrades.conf': haproxyConfig({
      mount: prefix,
      serverName: 'example.org',
      listen: socket,
      upgradeSocket,
    }),
    'upgrades-several.conf': haproxyConfig({ listen: socket, upgradeSocket: severalUpgrades }),
    'tcp.conf': haproxyConfig({
      listen: '127.0.0.1:9000',
      keepAlive: false,
      bind: '127.0.0.1:8080',
      maxBodySize: Infinity,
    }),
    'site.conf': haproxyConfig({
      mount: prefix,
      serverName: site.serverName,
      listen: socket,
      maxBodySize: 10_000_000,
      timeouts: { connect, response, upload },
    }),
    'several.conf': haproxyConfig({ listen: ['127.0.0.1:9000', '127.0.0.1:9001'] }),
    'backups.conf': haproxyConfig({ listen: one, backups: reserve, healthCheck: {}, multiplex: true }),
    'check.conf': haproxyConfig({
      mount: prefix,
      serverName: site.serverName,
      listen: [one, '10.0.0.2:9000', '10.0.0.3:9000'],
      healthCheck: { interval: 1_000, path: '/health' },
      slowStart: 30_000,
    }),
    'only-check.conf': haproxyConfig({ listen: socket, healthCheck: { path: '/' } }),
    'awkward.conf': haproxyConfig({ mount: '/a.b~c@d+e', listen: socket }),
  },
  cherokee: {
    'immutable.conf': cherokeeConfig({ listen: socket, static: assets }),
    'root.conf': cherokeeConfig({ listen: socket }),
    'several.conf': cherokeeConfig({ listen: several, bind: '127.0.0.1:8080' }),
    'site.conf': cherokeeConfig({ ...site, listen: '127.0.0.1:9000', timeouts: { response } }),
    'started.conf': cherokeeConfig({
      listen: socket,
      app: { command: ['/usr/bin/node', program], environment: { PATH: '/usr/bin:/bin' }, user: 'www-data' },
    }),
  },
  iis: files2(
    'app',
    iisConfig({
      app: {
        command: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\srv\\my app\\server.js'],
        environment: { NODE_ENV: 'a "b" & <c>' },
      },
      processes: 4,
    }),
  ),
  container: {
    'root.Dockerfile': containerFile(),
    'app.Dockerfile': containerFile({
      app: "it's 100% $mine.js",
      healthCheck: { path: '/health' },
      processes: 4,
    }),
  },
  compose: {
    'root.yaml': composeFile(),
    'site.yaml': composeFile({
      ...{ mount: prefix, serverName: site.serverName, ...limits },
      ...{ app: "it's 100% $mine.js", image: 'registry.example.org/shop:1.4', name: 'shop', publish: 80 },
    }),
    'haproxy.yaml': composeFile({ webServer: 'haproxy' }),
  },
  kubernetes: {
    'root.yaml': kubernetesManifests({ image: 'shop' }),
    'measured.yaml': kubernetesManifests({ activeRequests: 20, image: 'shop', name: 'shop' }),
    'haproxy.yaml': kubernetesManifests({
      ...{
        healthCheck: { interval: 5_000, path: '/health' },
        image: 'registry.example.org:5000/shop@sha256:0123abcd',
        name: 'shop',
      },
      ...{ maxReplicas: 40, mount: prefix, replicas: 4, webReplicas: 3, webServer: 'haproxy', processes: 2 },
    }),
  },
  stunnel: files2('tunnel', tunnelConfigs({ product: 'stunnel', app: socket, listen: '10.0.0.1:9443' })),
  tunnel: files2(
    'haproxy',
    tunnelConfigs({
      ...{ app: '127.0.0.1:9000', folder: '/srv/certificates', listen: '[2001:db8::1]:9443' },
      ...{ local: 'unix:/run/app1.sock', name: 'app1', product: 'haproxy' },
    }),
  ),
  wireguard: files2(
    'tunnel',
    wireguardConfigs({
      application: { address: '10.78.0.1', endpoint: '192.0.2.1:51820', publicKey: `${'A'.repeat(43)}=` },
      webServer: {
        ...{ address: '10.78.0.100', endpoint: '192.0.2.2:51821' },
        publicKey: 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=',
      },
    }),
  ),
  supervisor: {
    'root.conf': supervisorConfig({ app: program, listen: socket }),
    'tcp.conf': supervisorConfig({ app: command2(), listen: '127.0.0.1:9000', processes: 4 }),
    'socket-group.conf': supervisorConfig({
      app: { command: [program], user: 'www-data' },
      listen: socket,
      socketGroup: 'daemon',
    }),
    'program.conf': supervisorConfig({ app: { command: [program, socket], user: 'www-data' } }),
  },
  systemd: {
    ...files2('root', systemdUnits({ app: program, listen: socket })),
    ...files2('tcp', systemdUnits({ app: command, listen: '127.0.0.1:9000', name: 'your-application' })),
    ...files2(
      'own-socket',
      systemdUnits({ app: { command: [program, '127.0.0.1:9000'], folder: '/home/me/my app' } }),
    ),
  },
  init: {
    'root.sh': initScript({ app: program, listen: socket }),
    'tcp.sh': initScript({ app: command, listen: '127.0.0.1:9000', name: 'your-application' }),
    'own-socket.sh': initScript({
      app: { command: [program, socket], folder: awkward.folder, environment: { A: "it's" } },
    }),
  },
};

function command2() {
  const { group: _, ...app } = command;
  return { ...app, environment: { GREETING: 'hello world 100%' } };
}

function files2(name: string, parts: object): Record<string, string> {
  const texts = Object.entries(parts).filter(([, text]) => text !== undefined) as Array<[string, string]>;
  return Object.fromEntries(texts.map(([part, text]) => [`${name}.${part}`, text]));
}

/** Every configuration whose text is kept. */
export const goldenCases: readonly GoldenCase[] = Object.entries(texts).flatMap(([product, cases]) =>
  Object.entries(cases).map(([name, text]) => ({ product, name, text })),
);
