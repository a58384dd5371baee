import {
  apacheConfig,
  ConfigError,
  caddyConfig,
  cherokeeConfig,
  h2oConfig,
  haproxyConfig,
  iisConfig,
  initScript,
  lighttpdConfig,
  nginxConfig,
  supervisorConfig,
  systemdUnits,
} from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';

const listen = 'unix:/run/app.sock';
const app = '/srv/app/server.js';

/** Options that do not compile: the application is not where the product needs it to be. */
type Unplaced = never;

/** The error that is thrown; fails if none is, or another kind. */
function refusal(configure: () => unknown): ConfigError {
  try {
    configure();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'FCGI_OPTION_INVALID' });
    return error as ConfigError;
  }
  throw new Error('it was not refused');
}

/** Options as JavaScript passes them, with no types to check them. */
function unchecked(options: object): Parameters<typeof nginxConfig>[0] {
  return JSON.parse(JSON.stringify(options)) as Parameters<typeof nginxConfig>[0];
}

describe('what is wrong is refused with the name of the option and the reason', () => {
  test.each([
    [{}, 'listen', 'is missing; say where the application listens, or which program it is'],
    [{ listen, prefix: '/x' }, 'prefix', /^is unknown; there are app, authorizer, backups, bind, /],
    [
      { listen, timeouts: { read: 5_000 } },
      'timeouts.read',
      'is unknown; there are connect, idle, response, upload',
    ],
    [
      { listen, static: { prefix: '/s', root: '/x' } },
      'static.root',
      'is unknown; there are folder, immutable, prefix',
    ],
    [{ listen: [] }, 'listen', 'must not be empty'],
    [{ listen: 9000 }, 'listen', 'must be text, as in unix:/run/app.sock'],
    [{ listen: 'app.sock' }, 'listen', '"app.sock" is neither unix:/path nor host:port'],
    [{ listen: '127.0.0.1:0' }, 'listen', '"127.0.0.1:0" is neither unix:/path nor host:port'],
    [{ listen: '127.0.0.1:65536' }, 'listen', '"127.0.0.1:65536" is neither unix:/path nor host:port'],
    [{ listen: 'fd:0' }, 'listen', 'fd:0 is a socket that is passed on, and no address to connect to'],
    [
      { listen: 'systemd:app' },
      'listen',
      'systemd:app is a socket that is passed on, and no address to connect to',
    ],
    [{ listen: '/run/my app.sock' }, 'listen', /^the path of a socket may have letters, digits and /],
    [
      { listen: `/run/${'s'.repeat(103)}` },
      'listen',
      'the path of a socket may have 107 bytes, this has 108',
    ],
    [{ listen, mount: 'app' }, 'mount', /^must be a path that begins with a slash/],
    [{ listen, mount: '/app/' }, 'mount', /^must be a path without \/\//],
    [{ listen, mount: '/a//b' }, 'mount', /^must be a path without \/\//],
    [{ listen, mount: '/a/../b' }, 'mount', /^must be a path without \/\//],
    [{ listen, mount: '/a b' }, 'mount', /^may have letters of ASCII, digits and /],
    [{ listen, mount: '/caf\u00e9' }, 'mount', /^may have letters of ASCII, digits and /],
    [{ listen, mount: '/a%20b' }, 'mount', /^may have letters of ASCII, digits and /],
    [{ listen, name: '7app' }, 'name', /^must begin with a letter/],
    [{ listen, name: 'my app' }, 'name', /^must begin with a letter/],
    [{ listen, serverName: 'example.org:80' }, 'serverName', /^must be a host name in ASCII without a port/],
    [
      { listen, serverName: 'b\u00fccher.example' },
      'serverName',
      /^must be a host name in ASCII without a port/,
    ],
    [{ listen, serverName: ['example.org', '*.example.org'] }, 'serverName', /^must be a host name/],
    [{ listen, static: { prefix: '/', folder: '/srv' } }, 'static.prefix', /^must be longer than \//],
    [{ listen, static: { prefix: '/s', folder: 'public' } }, 'static.folder', 'must be an absolute path'],
    [{ listen, static: { prefix: '/s', folder: '/srv/../etc' } }, 'static.folder', 'must not have /../'],
    [{ listen, bind: 'localhost:80' }, 'bind', 'must be 8080, 127.0.0.1:8080 or [::1]:8080'],
    [{ listen, bind: 80 }, 'bind', 'must be 8080, 127.0.0.1:8080 or [::1]:8080'],
    [{ listen, keepAlive: 4 }, 'keepAlive', 'must be true or false'],
    [{ listen, maxBodySize: 0 }, 'maxBodySize', 'must be a whole number of bytes above 0, or Infinity'],
    [{ listen, maxBodySize: '1m' }, 'maxBodySize', 'must be a whole number of bytes above 0, or Infinity'],
    [
      { listen, timeouts: { response: 500 } },
      'timeouts.response',
      /^must be milliseconds that are whole seconds/,
    ],
    [
      { listen, timeouts: { response: 90 } },
      'timeouts.response',
      /^must be milliseconds that are whole seconds/,
    ],
    [{ listen, timeouts: 5_000 }, 'timeouts', 'must be an object'],
    [{ listen, backups: [] }, 'backups', 'must not be empty'],
    [{ listen, backups: 'reserve' }, 'backups', '"reserve" is neither unix:/path nor host:port'],
    [{ backups: listen, app: '/srv/app' }, 'app', /^nginx starts no programs/],
    [{ listen, multiplex: 'yes' }, 'multiplex', /^nginx sends one request at a time/],
  ])('%j', (options, option, reason) => {
    const { message, option: named } = refusal(() => nginxConfig(unchecked(options)));
    expect(named).toBe(option);
    const [, said = ''] = /^option "[^"]+": (.+)\.$/.exec(message) ?? [];
    if (typeof reason === 'string') expect(said).toBe(reason);
    else expect(said).toMatch(reason);
  });

  test.each([
    [{ app: 'server.js' }, 'app.command', 'must be an absolute path'],
    [{ app: { command: [] } }, 'app.command', 'must be a list: the program, then its arguments'],
    [{ app: { command: '/srv/app' } }, 'app.command', 'must be a list: the program, then its arguments'],
    [{ app: { command: [app, 1] } }, 'app.command', 'must be text'],
    [{ app: { command: [app], env: {} } }, 'app.env', /^is unknown/],
    [
      { app: { command: [app], environment: { 'A B': '' } } },
      'app.environment',
      '"A B" is no name of a variable',
    ],
    [{ app: { command: [app], environment: { A: 1 } } }, 'app.environment.A', 'must be text'],
    [{ app, processes: 0 }, 'processes', 'must be a whole number from 1 to 1000'],
    [{ app, processes: 1.5 }, 'processes', 'must be a whole number from 1 to 1000'],
    [{ app, authorizer: 'protected' }, 'authorizer', /^must be a path/],
  ])('%j of a web server that starts programs', (options, option, reason) => {
    const { message, option: named } = refusal(() => lighttpdConfig(unchecked(options)));
    expect(named).toBe(option);
    if (typeof reason === 'string') expect(message).toBe(`option "${option}": ${reason}.`);
    else expect(message.slice(`option "${option}": `.length)).toMatch(reason);
  });

  test.each([
    [{ listen, healthCheck: true }, 'healthCheck', 'must be an object'],
    [{ listen, healthCheck: { uri: '/' } }, 'healthCheck.uri', 'is unknown; there are interval, path'],
    [{ listen, healthCheck: { path: 'health' } }, 'healthCheck.path', /^must be a path that begins with/],
    [
      { listen, healthCheck: { path: '/a b' } },
      'healthCheck.path',
      /^may have letters of ASCII, digits and /,
    ],
    [
      { listen, healthCheck: { interval: 100 } },
      'healthCheck.interval',
      /^must be milliseconds that are whole seconds/,
    ],
    [{ listen, slowStart: 0 }, 'slowStart', /^must be milliseconds that are whole seconds/],
    [{ listen, multiplex: 1 }, 'multiplex', 'must be true or false'],
    [{ listen, multiplex: true, keepAlive: false }, 'multiplex', 'needs connections that are kept'],
    [{ backups: listen }, 'listen', /^is missing/],
  ])('%j of HAProxy', (options, option, reason) => {
    const { message, option: named } = refusal(() => haproxyConfig(unchecked(options)));
    expect(named).toBe(option);
    if (typeof reason === 'string') expect(message).toBe(`option "${option}": ${reason}.`);
    else expect(message.slice(`option "${option}": `.length)).toMatch(reason);
  });

  test.each([0.5, -1, Number.POSITIVE_INFINITY, '1M'])('%j bytes of memory of Caddy', (requestBuffers) => {
    const { option } = refusal(() => caddyConfig({ listen, requestBuffers: requestBuffers as number }));
    expect(option).toBe('requestBuffers');
  });

  test.each([undefined, '127.0.0.1:9000'])('the group of a socket where "listen" is %s', (address) => {
    const place = address === undefined ? {} : { listen: address };
    for (const configure of [supervisorConfig, systemdUnits, initScript]) {
      const { message } = refusal(() => configure({ app, socketGroup: 'www-data', ...place }));
      expect(message).toBe('option "socketGroup": is the group of a Unix socket, and "listen" names none.');
    }
    expect(refusal(() => initScript({ app, listen, socketGroup: 'a b' })).option).toBe('socketGroup');
  });

  test('an unknown module of Apache', () => {
    const { message } = refusal(() => apacheConfig({ ...unchecked({ app }), module: 'php' } as Unplaced));
    expect(message).toBe('option "module": must be one of fastcgi, fcgid, proxy_fcgi.');
  });
});

describe('what a product cannot do is refused, and not left out', () => {
  const program = { command: [app] };
  const two = ['127.0.0.1:9000', '127.0.0.1:9001'];
  const fcgid = { module: 'fcgid', app } as const;
  const proxy = { module: 'proxy_fcgi', listen } as const;

  test.each<[string, string, () => unknown]>([
    ['nginx', 'app', () => nginxConfig({ app } as Unplaced)],
    ['nginx', 'authorizer', () => nginxConfig({ listen, authorizer: '/' })],
    ['nginx', 'processes', () => nginxConfig({ listen, processes: 2 })],
    ['nginx', 'healthCheck', () => nginxConfig({ listen: two, healthCheck: {} })],
    ['nginx', 'multiplex', () => nginxConfig({ listen, multiplex: true })],
    ['nginx', 'slowStart', () => nginxConfig({ listen: two, slowStart: 5_000 })],
    ['Caddy', 'backups', () => caddyConfig({ listen: two, backups: '127.0.0.1:9002' })],
    ['Caddy', 'healthCheck', () => caddyConfig({ listen: two, healthCheck: { path: '/' } })],
    ['lighttpd', 'backups', () => lighttpdConfig({ listen: two, backups: listen })],
    ['h2o', 'backups', () => h2oConfig({ listen, backups: listen })],
    ['mod_proxy_fcgi', 'healthCheck.path', () => apacheConfig({ ...proxy, healthCheck: { path: '/' } })],
    ['mod_proxy_fcgi', 'slowStart', () => apacheConfig({ ...proxy, slowStart: 5_000 })],
    ['mod_fcgid', 'backups', () => apacheConfig({ ...fcgid, backups: listen })],
    ['Caddy', 'app', () => caddyConfig({ app } as Unplaced)],
    ['Caddy', 'authorizer', () => caddyConfig({ listen, authorizer: '/' })],
    ['Caddy', 'keepAlive', () => caddyConfig({ listen, keepAlive: true })],
    ['Caddy', 'timeouts.response', () => caddyConfig({ listen, timeouts: { response: 5_000 } })],
    ['HAProxy', 'app', () => haproxyConfig({ app } as Unplaced)],
    ['HAProxy', 'static', () => haproxyConfig({ listen, static: { prefix: '/s', folder: '/srv' } })],
    ['lighttpd', 'bind', () => lighttpdConfig({ listen, bind: '8080' })],
    ['lighttpd', 'keepAlive', () => lighttpdConfig({ listen, keepAlive: true })],
    ['lighttpd', 'app.user', () => lighttpdConfig({ app: { ...program, user: 'www-data' } })],
    ['lighttpd', 'app', () => lighttpdConfig({ app: '/srv/my app/server.js' })],
    ['lighttpd', 'listen', () => lighttpdConfig({ app, listen: '127.0.0.1:9000' })],
    ['lighttpd', 'authorizer', () => lighttpdConfig({ listen, authorizer: '/' })],
    ['h2o', 'listen', () => h2oConfig({ listen: two })],
    ['h2o', 'listen', () => h2oConfig({ app, listen })],
    ['h2o', 'processes', () => h2oConfig({ app, processes: 2 })],
    ['h2o', 'authorizer', () => h2oConfig({ listen, authorizer: '/' })],
    ['mod_proxy_fcgi', 'app', () => apacheConfig({ module: 'proxy_fcgi', app } as Unplaced)],
    ['mod_proxy_fcgi', 'authorizer', () => apacheConfig({ ...proxy, authorizer: '/' })],
    ['mod_proxy_fcgi', 'htaccess', () => apacheConfig({ ...proxy, htaccess: true })],
    ['Apache', 'upgradeSocket', () => apacheConfig({ ...proxy, upgradeSocket: two })],
    ['.htaccess', 'upgradeSocket', () => apacheConfig({ ...fcgid, htaccess: true, upgradeSocket: listen })],
    [
      'lighttpd',
      'upgradeSocket',
      () => lighttpdConfig({ listen, authorizer: '/in', upgradeSocket: '/run/u.sock' }),
    ],
    ['h2o', 'upgradeSocket', () => h2oConfig({ listen, upgradeSocket: '/run/u.sock' })],
    ['h2o', 'upgradeSocket', () => h2oConfig({ listen, upgradePath: '/ws', upgradeSocket: two })],
    ['h2o', 'upgradePath', () => h2oConfig({ listen, upgradePath: '/', upgradeSocket: '/run/u.sock' })],
    ['h2o', 'upgradePath', () => h2oConfig({ listen, upgradePath: '/ws' })],
    ['Cherokee', 'upgradeSocket', () => cherokeeConfig({ listen, upgradeSocket: '/run/u.sock' })],
    ['IIS', 'upgradeSocket', () => iisConfig({ app: 'C:\\node.exe', upgradeSocket: '/run/u.sock' })],
    ['mod_fcgid', 'listen', () => apacheConfig({ ...fcgid, listen })],
    ['mod_fcgid', 'app.arguments', () => apacheConfig({ ...fcgid, app: { command: [app, 'x'] } })],
    ['mod_fcgid', 'keepAlive', () => apacheConfig({ ...fcgid, keepAlive: true })],
    ['.htaccess', 'timeouts', () => apacheConfig({ ...fcgid, htaccess: true, timeouts: {} })],
    [
      '.htaccess',
      'static.folder',
      () => apacheConfig({ ...fcgid, htaccess: true, static: { prefix: '/s', folder: '/srv/other' } }),
    ],
    ['mod_fastcgi', 'listen', () => apacheConfig({ module: 'fastcgi', listen: two })],
    ['mod_fastcgi', 'listen', () => apacheConfig({ module: 'fastcgi', app, listen })],
    ['Cherokee', 'listen', () => cherokeeConfig({ app })],
    ['Cherokee', 'maxBodySize', () => cherokeeConfig({ listen, maxBodySize: 10 })],
    ['IIS', 'listen', () => iisConfig({ app: 'C:\\node.exe', listen })],
    ['IIS', 'app.command', () => iisConfig({ app })],
    ['supervisor', 'app.group', () => supervisorConfig({ app: { ...program, group: 'www-data' } })],
    ['systemd', 'processes', () => systemdUnits({ app, processes: 2 })],
    ['an init script', 'processes', () => initScript({ app, processes: 2 })],
  ])('%s and "%s"', (_product, option, configure) => {
    const { message, option: named } = refusal(configure);
    expect(named).toBe(option);
    expect(message.length).toBeGreaterThan(`option "${option}": .`.length + 10);
  });

  test('saying no to what there is not is fine', () => {
    expect(caddyConfig({ listen, keepAlive: false, multiplex: false })).toBe(caddyConfig({ listen }));
  });
});

describe('what is given is what is written', () => {
  test('every form of an address', () => {
    const servers = (address: string) => /server (.*);/.exec(nginxConfig({ listen: address }))?.[1];
    expect(servers('unix:/run/app.sock')).toBe('unix:/run/app.sock');
    expect(servers('/run/app.sock')).toBe('unix:/run/app.sock');
    expect(servers('tcp:127.0.0.1:9000')).toBe('127.0.0.1:9000');
    expect(servers(':9000')).toBe('127.0.0.1:9000');
    expect(servers('[::1]:9000')).toBe('[::1]:9000');
    expect(servers('app-1.internal:9000')).toBe('app-1.internal:9000');
  });

  test('a list of one is the same as its item', () => {
    const files = { prefix: '/static', folder: '/srv/app/public' };
    expect(nginxConfig({ listen: [listen], serverName: ['example.org'], static: [files] })).toBe(
      nginxConfig({ listen, serverName: 'example.org', static: files }),
    );
  });

  test('options are read, and stay as they are', () => {
    const options = Object.freeze({
      listen: Object.freeze([listen]),
      timeouts: Object.freeze({ connect: 1_000 }),
    });
    expect(nginxConfig(options)).toContain('fastcgi_connect_timeout 1s;');
  });
});

describe('the web server can connect to the socket that a process manager opens', () => {
  const groups = (options: Parameters<typeof systemdUnits>[0]) => [
    /SocketGroup=(.*)/.exec(systemdUnits(options).socket ?? '')?.[1],
    / -G (\S+)/.exec(initScript(options))?.[1],
  ];

  test('which has the group of the web servers of Debian', () => {
    const options = { app: { command: [app], user: 'app' }, listen };
    expect(groups(options)).toEqual(['www-data', 'www-data']);
    expect(supervisorConfig(options)).toContain('socket_owner=app:www-data\n');
    expect(supervisorConfig({ app, listen })).toContain('socket_owner=root:www-data\n');
  });

  test('or that of the application, or the one that is named', () => {
    const options = { app: { command: [app], user: 'app', group: 'web' }, listen };
    expect(groups(options)).toEqual(['web', 'web']);
    expect(groups({ ...options, socketGroup: 'nginx' })).toEqual(['nginx', 'nginx']);
  });
});

test('no frontend of HAProxy has the name of a backend, which 3.3 and later refuse', () => {
  const text = haproxyConfig({ listen, name: 'shop' });
  const names = (kind: string) =>
    [...text.matchAll(new RegExp(`^${kind} (.*)$`, 'gm'))].map(([, name]) => name);
  expect(names('frontend')).toEqual(['shop_http']);
  expect(names('backend')).toEqual(['shop']);
  expect(text).toContain('default_backend shop\n');
});

test('Caddy collects no more of a body than the site takes, and asks every address in both of its proxies', () => {
  const addresses = ['127.0.0.1:9000', '127.0.0.1:9001'];
  const text = caddyConfig({ listen: addresses, maxBodySize: 1_000 });
  expect(text).toContain('request_buffers 1000\n');
  expect(text.match(/reverse_proxy .*127\.0\.0\.1:9000 127\.0\.0\.1:9001 \{/g)).toHaveLength(2);
  expect(caddyConfig({ listen, maxBodySize: Infinity })).toContain('request_buffers 16777216\n');
});

test('the configuration of mod_fcgid says what would stream, and which environment there is', () => {
  const configured = (environment: Record<string, string>) =>
    apacheConfig({ module: 'fcgid', app: { command: [app], environment } });
  expect(configured({})).toContain('# FcgidOutputBufferSize 0\n');
  expect(configured({})).toContain('# It gets no environment but PATH, and so no HOME.\n');
  expect(configured({ A: 'b' })).toContain(
    '# It gets no environment but PATH and this.\n    FcgidInitialEnv A "b"\n',
  );
});

test('systemd lets a service see a home where its program, an argument or its folder is there', () => {
  const service = (...words: string[]) => systemdUnits({ app: { command: words } }).service;
  expect(service('/usr/bin/node', '/srv/app.js')).toContain('ProtectHome=yes');
  expect(service('/usr/bin/node', '/home/ann/app.js')).toContain('ProtectHome=read-only');
});
