import {
  apacheConfig,
  ConfigError,
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
} from '@fcgi-js/configs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Texts that somebody else may have chosen: each is put where an honest value is in the options of a product. */
interface Values {
  readonly argument: string;
  readonly folder: string;
  readonly prefix: string;
  readonly host: string;
  readonly socket: string;
  readonly name: string;
  readonly user: string;
  readonly variable: string;
}

const honest: Values = {
  argument: 'value',
  folder: 'folder',
  prefix: 'prefix',
  host: 'example.org',
  socket: 'app.sock',
  name: 'name',
  user: 'user',
  variable: 'NAME',
};

const products: Readonly<Record<string, readonly [word: RegExp, configure: (values: Values) => string]>> = {
  nginx: [quoted(';{}'), (values) => nginxConfig({ ...site(values), listen: `unix:/run/${values.socket}` })],
  'nginx with a reserve': [
    quoted(';{}'),
    (values) =>
      nginxConfig({ ...site(values), listen: `${values.host}:9000`, backups: `/run/${values.socket}` }),
  ],
  lighttpd: [
    /"[^"]*"|[\w.-]+/g,
    (values) =>
      lighttpdConfig({ ...site(values), authorizer: `/${values.prefix}/x`, listen: `/run/${values.socket}` }),
  ],
  'lighttpd starting it': [
    /"[^"]*"|[\w.-]+/g,
    ({ argument, name, socket, variable, folder }) =>
      lighttpdConfig({
        app: { command: [`/srv/${folder}`, argument], environment: { [variable]: argument } },
        listen: `/run/${socket}`,
        name,
      }),
  ],
  mod_proxy_fcgi: [
    quoted('<>'),
    (values) => apacheConfig({ module: 'proxy_fcgi', ...site(values), listen: `/run/${values.socket}` }),
  ],
  'mod_proxy_fcgi on TCP': [
    quoted('<>'),
    (values) =>
      apacheConfig({
        module: 'proxy_fcgi',
        ...site(values),
        authorizer: `/${values.prefix}`,
        listen: `${values.host}:9000`,
      }),
  ],
  'mod_proxy_fcgi with a reserve': [
    quoted('<>'),
    (values) =>
      apacheConfig({
        module: 'proxy_fcgi',
        ...site(values),
        listen: `${values.host}:9000`,
        backups: `/run/${values.socket}`,
        healthCheck: {},
      }),
  ],
  mod_fcgid: [
    quoted('<>'),
    (values) => apacheConfig({ module: 'fcgid', ...site(values), app: file(values) }),
  ],
  mod_fastcgi: [
    quoted('<>'),
    (values) => apacheConfig({ module: 'fastcgi', ...site(values), app: file(values) }),
  ],
  '.htaccess': [
    quoted('<>'),
    ({ prefix, name }) =>
      apacheConfig({ module: 'fcgid', htaccess: true, mount: `/${prefix}`, app: `/home/${prefix}/${name}` }),
  ],
  Caddy: [quoted('{}'), (values) => caddyConfig({ ...site(values), listen: `/run/${values.socket}` })],
  'Caddy with a reserve': [
    quoted('{}'),
    (values) =>
      caddyConfig({ ...site(values), listen: `${values.host}:9000`, backups: `/run/${values.socket}` }),
  ],
  h2o: [quoted(':'), (values) => h2oConfig({ ...site(values), listen: `/run/${values.socket}` })],
  'h2o starting it': [quoted(':'), (values) => h2oConfig({ ...site(values), app: ungrouped(values) })],
  HAProxy: [
    /'[^']*'|[^\s']+/g,
    ({ host, name, prefix, socket }) =>
      haproxyConfig({ serverName: host, name, mount: `/${prefix}`, listen: `/run/${socket}` }),
  ],
  'HAProxy with checks and a reserve': [
    /'[^']*'|[^\s']+/g,
    ({ host, name, prefix, socket }) =>
      haproxyConfig({
        serverName: host,
        name,
        mount: `/${prefix}`,
        listen: `${host}:9000`,
        backups: `/run/${socket}`,
        healthCheck: { path: `/${prefix}` },
      }),
  ],
  Cherokee: [
    / = .*$/gm,
    (values) => cherokeeConfig({ ...site(values), listen: [`/run/${values.socket}`, `${values.host}:9000`] }),
  ],
  IIS: [
    /"[^"]*"/g,
    ({ argument, folder, name, variable }) =>
      Object.values(
        iisConfig({
          name,
          app: { command: [`C:\\${folder}\\node.exe`, argument], environment: { [variable]: argument } },
        }),
      ).join(''),
  ],
  'a Dockerfile': [
    /"(?:\\.|[^"\\])*"|[^\s"]+/g,
    ({ argument, prefix }) => containerFile({ app: argument, healthCheck: { path: `/${prefix}` } }),
  ],
  Compose: [
    /"(?:\\.|[^"\\])*"|[^\s":-][^\s":]*/g,
    ({ argument, host, name }) => composeFile({ app: argument, image: host, name }),
  ],
  Kubernetes: [
    /"(?:\\.|[^"\\])*"|[^\s":-][^\s":]*/g,
    ({ argument, host, name, prefix }) =>
      kubernetesManifests({
        app: argument,
        healthCheck: { path: `/${prefix}` },
        image: host,
        name,
        serverName: host,
      }),
  ],
  supervisor: [
    /[:=].*$/gm,
    (values) => {
      return supervisorConfig({ app: ungrouped(values), name: values.name, listen: `/run/${values.socket}` });
    },
  ],
  systemd: [
    /=.*$/gm,
    (values) =>
      Object.values(
        systemdUnits({ app: command(values), name: values.name, listen: `/run/${values.socket}` }),
      ).join(''),
  ],
  init: [
    /(?:'[^']*'|\\'|[^\s'\\;&|<>$()])+/g,
    (values) => initScript({ app: command(values), name: values.name, listen: `/run/${values.socket}` }),
  ],
};

function site({ folder, host, name, prefix }: Values) {
  return {
    mount: `/${prefix}`,
    name,
    serverName: host,
    static: { folder: `/srv/${folder}`, prefix: `/${prefix}` },
  };
}

function file({ argument, folder, variable }: Values) {
  return { command: [`/srv/${folder}`], environment: { [variable]: argument } };
}

function ungrouped(values: Values) {
  const { group: _, ...others } = command(values);
  return others;
}

function command({ argument, folder, user, variable }: Values) {
  return {
    command: [`/srv/${folder}`, argument],
    environment: { [variable]: argument },
    folder: `/srv/${folder}`,
    group: user,
    user,
  };
}

/** A word in double quotes, in which a backslash keeps the next character from ending it, or without quotes. */
function quoted(ends: string): RegExp {
  return new RegExp(`"(?:\\\\.|[^"\\\\])*"|[^\\s"${ends}]+`, 'g');
}

/** What is left of a configuration when every word is the same, and comments are gone. */
function shape(text: string, word: RegExp): string {
  return text.replace(/^\s*#.*$/gm, '').replace(word, 'w');
}

const special = fc.constantFrom(
  ...' \t\n\r\0"\'`\\;#{}()[]<>&|*?!$%=:,@~^/.-',
  '$'.concat('{a}'),
  '%{b}',
  '..',
  ' ;',
  '\ud800',
  '\u202e',
  '\u2067',
  '\u061c',
  '\u200b',
  'é',
);
const hostile = fc
  .array(fc.oneof(special, fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((value) => value !== '');

/** One value is hostile at a time, or else nearly everything would be refused. */
const oneHostile = fc.tuple(fc.constantFrom(...(Object.keys(honest) as Array<keyof Values>)), hostile);

describe.each(Object.entries(products))('%s', (_name, [word, configure]) => {
  const expected = shape(configure(honest), word);

  // fast-check prints the seed and the path of a failure; both go into fc.assert to run it again.
  test('has the same directives for any values, or refuses them', () => {
    fc.assert(
      fc.property(oneHostile, ([option, value]) => {
        let text: string;
        try {
          text = configure({ ...honest, [option]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          return;
        }
        expect(shape(text, word)).toBe(expected);
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029\p{Cs}\p{Cf}]/u);
      }),
      { numRuns: 1_000 },
    );
  });
});
