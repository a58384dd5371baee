import * as configs from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';
import { configOptions } from '../../init/src/config-options.ts';
import { abilitiesOf, startsOf } from '../src/generator/abilities.ts';
import { type Choice, type Field, productOf } from '../src/generator/choice.ts';
import { commandsOf } from '../src/generator/commands.ts';
import { firstChoice, printChoice, switchTo } from '../src/generator/form.ts';
import { highlight } from '../src/generator/highlight.ts';
import { groups } from '../src/generator/labels.ts';
import { decodeLink, encodeLink } from '../src/generator/link.ts';
import { problemText } from '../src/generator/problem.ts';
import { products } from '../src/generator/products.ts';
import { wordsOf } from '../src/generator/words/of-locale.ts';

const ways = products.flatMap((product) =>
  startsOf(product).map((start) => ({ id: product.id, product, start })),
);

/** Something in every field that differs from what stands there at first. */
const filled: Omit<Choice, 'product' | 'start'> = {
  arguments: '--title\na "b" & c',
  authorizer: '/protected',
  backups: ['127.0.0.1:9008', 'unix:/run/reserve.sock'],
  bind: '127.0.0.1:8080',
  environment: 'NODE_ENV=production\nA=b=c',
  folder: '/srv/app',
  group: 'staff',
  'healthCheck.interval': '5',
  'healthCheck.path': '/health',
  keepAlive: false,
  listen: ['127.0.0.1:9000', '[::1]:9001'],
  maxBodySize: '10',
  mount: '/your/application',
  multiplex: true,
  name: 'shop',
  processes: '4',
  program: '/srv/app/other.js',
  requestBuffers: '4',
  serverName: 'example.org www.example.org',
  slowStart: '30',
  socketGroup: 'nginx',
  static: [
    { folder: '/srv/a=b&c', prefix: '/a:b' },
    { folder: '/srv/ü', prefix: '/c' },
  ],
  'timeouts.connect': '2',
  'timeouts.idle': '3',
  'timeouts.response': '4',
  'timeouts.upload': '5',
  upgradePath: '/ws',
  upgradeSocket: 'unix:/run/shop.upgrade.sock',
  user: 'node',
};

/** They are about other things than a web server and its application; guides have what they print. */
const elsewhere = ['prometheusAdapterRules', 'tunnelConfigs', 'wireguardConfigs'];

/** Options of `fcgi config` that are products of their own in the form, or are for containers alone. */
const unlisted = ['activeRequests', 'htaccess', 'image', 'module'];

test('the form has a field for every option of fcgi config, and nothing else but the program', () => {
  const own = configOptions
    .filter(([name]) => !unlisted.includes(name))
    .map(([name, { concerns = [name], kind }]) =>
      kind === 'static' ? name : (concerns[0] ?? name).replace(/^app\./, ''),
    );
  expect(Object.keys(filled).sort()).toEqual([...own, 'arguments', 'program'].sort());
});

test('every function of @fcgi-js/configs for an application or its web server has a product', () => {
  const functions = Object.entries(configs)
    .filter(([name, value]) => typeof value === 'function' && name !== 'ConfigError')
    .filter(([name]) => !elsewhere.includes(name))
    .map(([name]) => name);
  expect([...new Set(products.map((product) => product.function))].sort()).toEqual(functions.sort());
});

test('every field has a place in the form, once', () => {
  const fields = Object.values(groups).flat();
  expect([...fields].sort()).toEqual(Object.keys(filled).sort());
});

describe.each(ways)('$id, $start', ({ id, product, start }) => {
  test('prints something at first, in files of different names', () => {
    const printed = printChoice(firstChoice(id, start));
    expect(printed).toHaveProperty('files');
    const files = 'files' in printed ? printed.files : [];
    expect(files.map(({ text }) => text).filter((text) => text.length > 40)).toHaveLength(files.length);
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
  });

  test('is coloured without a change, and has commands', () => {
    const choice = firstChoice(id, start);
    const printed = printChoice(choice);
    for (const { text } of 'files' in printed ? printed.files : [])
      expect(
        highlight(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    expect(commandsOf(choice).start).not.toEqual([]);
  });

  test('comes back from a link as it was', () => {
    const first = firstChoice(id, start);
    const { fields } = abilitiesOf(product, start);
    const seen = Object.fromEntries([...fields].map((field) => [field, filled[field]]));
    for (const choice of [first, { ...first, ...seen }, { ...first, listen: [], static: [] }]) {
      const visible = fields.has('listen') ? choice : { ...choice, listen: first.listen };
      expect(decodeLink(`#${encodeLink(visible)}`)).toEqual(visible);
    }
  });
});

test('a form without changes makes a short link', () => {
  expect(encodeLink(firstChoice('haproxy'))).toBe('product=haproxy');
});

test('a link with nonsense is one with nothing', () => {
  expect(decodeLink('#product=thttpd&start=never&x=y')).toEqual(firstChoice('nginx'));
  expect(decodeLink('#a-heading')).toEqual(firstChoice('nginx'));
});

describe('what the form has', () => {
  const has = (id: string, start: Choice['start'], field: Field) =>
    abilitiesOf(productOf(id), start).fields.has(field);

  test('WebSockets, where the web server passes them on; h2o alone wants their URLs', () => {
    const listening = ways.filter(({ start }) => start === 'listen').map(({ id }) => id);
    const withSocket = listening.filter((id) => has(id, 'listen', 'upgradeSocket'));
    expect(withSocket).toEqual(expect.arrayContaining(['nginx', 'caddy', 'haproxy', 'lighttpd', 'h2o']));
    expect(withSocket).not.toContain('cherokee');
    expect(listening.filter((id) => has(id, 'listen', 'upgradePath'))).toEqual(['h2o']);
  });

  test('is what the product can do', () => {
    expect(startsOf(productOf('nginx'))).toEqual(['listen']);
    expect(startsOf(productOf('lighttpd'))).toEqual(['listen', 'app']);
    expect(startsOf(productOf('systemd'))).toEqual(['app']);
    expect(has('nginx', 'listen', 'authorizer')).toBe(false);
    expect(has('lighttpd', 'listen', 'authorizer')).toBe(true);
    expect(has('lighttpd', 'listen', 'processes')).toBe(false);
    expect(has('lighttpd', 'app', 'processes')).toBe(true);
    expect(has('systemd', 'app', 'mount')).toBe(false);
    expect(has('nginx', 'listen', 'backups')).toBe(true);
    expect(has('nginx', 'listen', 'healthCheck.path')).toBe(false);
    expect(has('haproxy', 'listen', 'healthCheck.path')).toBe(true);
    expect(has('haproxy', 'listen', 'slowStart')).toBe(true);
    expect(has('caddy', 'listen', 'requestBuffers')).toBe(true);
    expect(has('nginx', 'listen', 'requestBuffers')).toBe(false);
    for (const id of ['systemd', 'supervisor', 'init']) expect(has(id, 'app', 'socketGroup')).toBe(true);
    expect(has('apache-proxy', 'listen', 'healthCheck.interval')).toBe(true);
    expect(has('apache-proxy', 'listen', 'multiplex')).toBe(false);
  });

  test('knows who takes several addresses', () => {
    expect(abilitiesOf(productOf('nginx'), 'listen').severalAddresses).toBe(true);
    expect(abilitiesOf(productOf('h2o'), 'listen').severalAddresses).toBe(false);
  });
});

describe('another product', () => {
  test('keeps what has been typed, and takes its own example for what has not', () => {
    const typed = { ...firstChoice('nginx'), mount: '/shop', 'timeouts.idle': '7' };
    const iis = switchTo(typed, 'iis', 'listen');
    expect(iis).toMatchObject({
      mount: '/shop',
      program: 'C:\\Program Files\\nodejs\\node.exe',
      start: 'app',
    });
    expect(switchTo(iis, 'nginx', 'listen')).toEqual(typed);
  });

  test('prints nothing of fields that it does not have', () => {
    const typed = { ...firstChoice('nginx'), mount: '/shop', 'timeouts.idle': '7' };
    expect(printChoice(switchTo(typed, 'caddy', 'listen'))).toMatchObject({
      options: { listen: 'unix:/run/app.sock', mount: '/shop' },
    });
  });
});

describe('options', () => {
  test('are those that the functions take', () => {
    const { product: _, start: __, ...nginx } = { ...firstChoice('nginx'), ...filled, product: 'nginx' };
    expect(printChoice({ ...nginx, product: 'nginx', start: 'listen' })).toMatchObject({
      options: {
        backups: ['127.0.0.1:9008', 'unix:/run/reserve.sock'],
        bind: '127.0.0.1:8080',
        keepAlive: false,
        listen: ['127.0.0.1:9000', '[::1]:9001'],
        maxBodySize: 10 * 1024 * 1024,
        mount: '/your/application',
        name: 'shop',
        serverName: ['example.org', 'www.example.org'],
        static: filled.static,
        timeouts: { connect: 2_000, idle: 3_000, response: 4_000, upload: 5_000 },
      },
    });
    const haproxy = { ...firstChoice('haproxy'), ...filled, keepAlive: true };
    expect(printChoice(haproxy)).toMatchObject({
      options: {
        healthCheck: { interval: 5_000, path: '/health' },
        multiplex: true,
        slowStart: 30_000,
      },
    });
    const systemd = { ...firstChoice('systemd'), ...filled, listen: ['/run/shop.sock'] };
    expect(printChoice(systemd)).toMatchObject({
      options: {
        app: {
          command: ['/srv/app/other.js', '--title', 'a "b" & c'],
          environment: { NODE_ENV: 'production', A: 'b=c' },
          folder: '/srv/app',
          group: 'staff',
          user: 'node',
        },
        listen: '/run/shop.sock',
        name: 'shop',
        socketGroup: 'nginx',
      },
    });
  });

  test('that are the product itself stand with them', () => {
    expect(printChoice(firstChoice('htaccess'))).toMatchObject({
      options: { app: '/home/me/public_html/app.fcgi', htaccess: true, module: 'fcgid' },
    });
  });

  test('have no limit for a body of infinite size', () => {
    const printed = printChoice({ ...firstChoice('nginx'), maxBodySize: 'Infinity' });
    expect(printed).toMatchObject({ files: [{ text: expect.stringContaining('client_max_body_size 0;') }] });
  });
});

describe('a refused value', () => {
  const refused: [Field, Partial<Choice>, id: string][] = [
    ['listen', { listen: ['nowhere'] }, 'nginx'],
    ['listen', { listen: [] }, 'nginx'],
    ['listen', { listen: ['127.0.0.1:1', '127.0.0.1:2'] }, 'h2o'],
    ['backups', { backups: ['nowhere'] }, 'nginx'],
    ['healthCheck.path', { 'healthCheck.path': 'health' }, 'haproxy'],
    ['slowStart', { slowStart: '0.5' }, 'haproxy'],
    ['mount', { mount: 'shop' }, 'nginx'],
    ['serverName', { serverName: 'example.org:80' }, 'nginx'],
    ['bind', { bind: '99999' }, 'nginx'],
    ['static', { static: [{ prefix: '/static', folder: 'public' }] }, 'nginx'],
    ['maxBodySize', { maxBodySize: 'ten' }, 'nginx'],
    ['timeouts.connect', { 'timeouts.connect': '0.5' }, 'nginx'],
    ['name', { name: 'ö' }, 'nginx'],
    ['program', { program: 'server.js' }, 'apache-fcgid'],
    ['environment', { environment: 'A-B=c' }, 'systemd'],
    ['environment', { environment: 'A=\t' }, 'systemd'],
    ['folder', { folder: 'app' }, 'systemd'],
    ['user', { user: 'a b' }, 'systemd'],
    ['processes', { processes: '0' }, 'supervisor'],
  ];

  test.each(refused)('of %s is explained there', (field, change, id) => {
    const printed = printChoice({ ...firstChoice(id), ...change });
    expect(printed).toEqual({ field, message: expect.stringMatching(/^option "[\w.]+": .+\.$/) });
    const { message } = printed as { message: string };
    for (const locale of ['root', 'ko', 'zh']) {
      const words = wordsOf(locale);
      const problem = problemText(words, field, message);
      expect(problem.startsWith(words.labels[field].text)).toBe(true);
      expect(problem).not.toMatch(/\boption\b|\bbytes\b|milliseconds|"(listen|mount|static)"/);
    }
  });
});
