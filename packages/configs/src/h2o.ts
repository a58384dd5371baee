import type { Application } from './application.ts';
import { ConfigError } from './errors.ts';
import { noBalancing } from './no-balancing.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteShell, quoteYaml } from './quote.ts';
import { IMMUTABLE, NO_BODY_LIMIT, onlyAddress, readSite, type Site } from './site.ts';
import { file, indent, type Lines } from './text.ts';

const refusals = {
  ...noBalancing('h2o'),
  'app.group': 'h2o starts programs as a user with its groups',
  authorizer: 'h2o knows no FastCGI authorizers',
  'timeouts.connect': 'h2o has one time-out for connecting and for answers; set "timeouts.response"',
  'timeouts.upload': 'h2o has it for the whole server only: http1-request-timeout',
} satisfies Refusals;

/**
 * `listen` and `hosts` for the configuration of h2o.
 *
 * h2o does not tell an application below which prefix it is: the application says it itself, with the option `mount` of
 * `createServer()`.
 *
 * @param options where the application is or what program it is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond h2o
 */
export function h2oConfig(options: WebServerOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals);
  if ((site.processes ?? 1) > 1) throw new ConfigError('processes', 'h2o starts one process for each path');
  const { bind, maxBodySize, mount, serverNames, statics } = site;
  return file(
    'listen:',
    indent(bind?.host !== undefined && `host: "${bind.host}"`, `port: ${bind?.port ?? 80}`),
    `limit-request-body: ${maxBodySize ?? NO_BODY_LIMIT}`,
    'hosts:',
    indent(
      (serverNames.length > 0 ? serverNames : ['default']).map((host) => [
        `"${host}":`,
        indent(
          'paths:',
          indent(
            statics.map(({ folder, immutable, prefix }) => [
              `${quoteYaml('static.prefix', `${prefix}/`)}:`,
              indent(
                `file.dir: ${quoteYaml('static.folder', `${folder}/`)}`,
                immutable && `header.set: "Cache-Control: ${IMMUTABLE}"`,
              ),
            ]),
            `${quoteYaml('mount', mount === '' ? '/' : mount)}:`,
            indent(
              mount !== '' && `# h2o does not pass the prefix on: createServer({ mount: '${mount}' })`,
              application(site),
            ),
          ),
        ),
      ]),
    ),
  );
}

function application(site: Site): Lines {
  const { keepAlive, timeouts } = site;
  return [
    target(site),
    `fastcgi.timeout.io: ${timeouts.response * 1_000}`,
    keepAlive && [
      '# The application closes idle connections after 75 s, so h2o has to be first.',
      `fastcgi.timeout.keepalive: ${timeouts.idle * 1_000}`,
    ],
  ];
}

function target(site: Site): Lines {
  const address = onlyAddress(
    site,
    'h2o knows one address for each path; put HAProxy or nginx before several',
  );
  if (site.app !== undefined) {
    if (address !== undefined)
      throw new ConfigError('listen', 'h2o chooses the socket of what it starts itself');
    return [
      '# Not started again when it ends: h2o lets requests hang then. For production let systemd start it.',
      'fastcgi.spawn:',
      indent(
        `command: ${quoteYaml('app', command(site.app))}`,
        site.app.user !== undefined && `user: ${site.app.user}`,
      ),
    ];
  }
  if (address === undefined) return undefined;
  return address.kind === 'unix'
    ? ['fastcgi.connect:', indent('type: unix', `port: ${quoteYaml('listen', address.path)}`)]
    : ['fastcgi.connect:', indent('type: tcp', `host: "${address.host}"`, `port: ${address.port}`)];
}

/** `exec`, so that h2o's SIGTERM reaches the program and not a shell. */
function command({ arguments: words, environment, folder, program }: Application): string {
  const variables = environment.map(
    ([name, value]) => `${name}=${quoteShell(`app.environment.${name}`, value)}`,
  );
  const start = [program, ...words].map((word) => quoteShell('app', word)).join(' ');
  const run = variables.length > 0 ? `exec env ${variables.join(' ')} ${start}` : `exec ${start}`;
  return folder === undefined ? run : `cd ${quoteShell('app.folder', folder)} && ${run}`;
}
