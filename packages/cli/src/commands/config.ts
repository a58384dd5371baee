import type { Io } from '@fcgi-js/runner/command';
import { parseDuration, parseSize } from '@fcgi-js/runner/options';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { readArgument } from '../arguments.ts';
import type { ConfigOptions } from '../config/options.ts';
import { PRODUCTS } from '../config/product-names.ts';

const examples = `
Examples:
  fcgi config nginx --listen unix:/run/app.sock --mount /shop --static /assets=/srv/shop/public
  fcgi config nginx --listen 10.0.0.1:9000 --listen 10.0.0.2:9000 --server-name example.org --check
  fcgi config haproxy --listen 10.0.0.1:9000 --listen 10.0.0.2:9000 --backup 10.0.0.3:9000 --health-path /health
  fcgi config apache --module fcgid -- /srv/app/app.fcgi
  fcgi config apache --module fcgid --htaccess --mount /shop -o .htaccess -- /srv/app/app.fcgi
  fcgi config systemd --listen /run/app.sock --user app -o /etc/systemd/system -- /usr/bin/fcgi run /srv/app/server.js
  fcgi config kubernetes --image registry.example.org/shop:1.4 --name shop --health-path /health -- server.js
  fcgi config supervisor --listen /run/app.sock --processes 4 -- /srv/app/app.fcgi

PROGRAM is an absolute path: what the product starts, with its listening socket as descriptor 0. For kubernetes, compose
and container it is what fcgi run runs in the image. What a product cannot do is refused, with the reason. Times are
seconds, or have a unit: 90, 90s, 5m. --check runs the product's own test of configurations, where it is installed.

Exit status: 0 printed, and with --check taken by the product; 1 the product does not take it, or is not installed;
2 the command line makes no sense, or asks for what the product cannot do.
`;

/** `fcgi config PRODUCT`: a configuration for a web server or process manager. */
export function configCommand(io: Io): Command {
  return new Command('config')
    .summary('prints a configuration for a web server, process manager or container')
    .description(
      'Prints a configuration for a web server, process manager or container, from the same options for all of them.',
    )
    .addArgument(new Argument('<product>', 'for which product').choices(PRODUCTS))
    .argument('[program...]', 'a program that the product starts, and its arguments (after --)')
    .option('--listen <address>', 'where the application listens (repeatable: they share the load)', collect)
    .option('--backup <address>', 'asked only while none of --listen can be reached (repeatable)', collect)
    .option('--health-path <path>', 'URL that is asked for to find out whether an application is there')
    .addOption(time('--health-interval', 'from one such question to the next (default: 2 s)'))
    .addOption(time('--slow-start', 'until an application that has come back has its share of the load'))
    .option(
      '--multiplex',
      'of HAProxy: send many requests at the same time on a connection to the application (before HAProxy 3.2 some simultaneous uploads get 500)',
    )
    .option('--mount <path>', 'the prefix of all its URLs (default: /)')
    .option('--server-name <host>', 'host name of the site (repeatable)', collect)
    .option('--bind <port>', 'where the web server listens: 8080, 127.0.0.1:8080 (default: 80)')
    .option('--static <prefix=folder>', 'files that the web server sends itself (repeatable)', collectStatic)
    .option(
      '--max-body-size <size>',
      'largest body of a request: bytes, 10K, 5M, or none (default: 1G)',
      parseBodySize,
    )
    .option(
      '--request-buffers <size>',
      'of Caddy: memory for a body of unknown length (default: 16M; none for Caddy before 2.6.4)',
      parseBuffers,
    )
    .option('--no-keep-alive', 'close connections to the application after each request')
    .option('--authorizer <path>', 'URLs for which the application is asked as an authorizer first')
    .addOption(time('--connect-timeout', 'until a connection to the application is there (default: 5 s)'))
    .addOption(time('--response-timeout', 'without a byte from the application (default: 60 s)'))
    .addOption(time('--upload-timeout', 'without a byte from the browser (default: 25 s)'))
    .addOption(
      time('--idle-timeout', 'for which an unused connection to the application is kept (default: 60 s)'),
    )
    .option(
      '--processes <number>',
      'how many processes of PROGRAM are started (default: 1, with mod_fcgid 5)',
      Number,
    )
    .option(
      '--active-requests <number>',
      'of kubernetes: scale out when a pod has more than this many requests in progress (default: scale on CPU only)',
      Number,
    )
    .option('--image <name>', 'of kubernetes and compose: the image of the application')
    .option('--name <name>', 'what the application is called where the product wants a name (default: app)')
    .option('--env <name=value>', 'variable of the environment of PROGRAM (repeatable)', collectVariable)
    .option('--folder <path>', 'working directory of PROGRAM')
    .option('--user <name>', 'user that PROGRAM runs as')
    .option('--group <name>', 'group that PROGRAM runs as')
    .option(
      '--socket-group <name>',
      "of systemd, supervisor and init: group of the socket, the web server's (default: --group, or else www-data)",
    )
    .addOption(new Option('--module <module>', 'of Apache').choices(['fcgid', 'proxy_fcgi', 'fastcgi']))
    .option('--htaccess', 'of Apache: a .htaccess for shared hosting instead of a virtual host')
    .option('-o, --output <path>', 'write to a file; for products with several files, to a folder')
    .option('--force', 'overwrite what is there')
    .option('--check', "run the product's own test")
    .addHelpText('after', examples)
    .action(async (product: string, program: readonly string[], options: ConfigOptions) => {
      const { config } = await import('../config/config.ts');
      await config(io, product, program, options);
    });
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

function collectStatic(text: string, earlier: ConfigOptions['static'] = []): ConfigOptions['static'] {
  const { name: prefix, value: folder } = splitPair(text, '/assets=/srv/app/public');
  return [...earlier, { prefix, folder }];
}

function collectVariable(text: string, earlier: ConfigOptions['env'] = {}): ConfigOptions['env'] {
  const { name, value } = splitPair(text, 'NODE_ENV=production');
  return { ...earlier, [name]: value };
}

function splitPair(text: string, example: string): { name: string; value: string } {
  const middle = text.indexOf('=');
  if (middle < 1) throw new InvalidArgumentError(`It must be two words with = between them: ${example}`);
  return { name: text.slice(0, middle), value: text.slice(middle + 1) };
}

function parseBodySize(text: string): number {
  return text === 'none' ? Number.POSITIVE_INFINITY : readArgument(() => parseSize(text));
}

function parseBuffers(text: string): number {
  return text === 'none' ? 0 : readArgument(() => parseSize(text));
}

function time(flag: string, description: string): Option {
  return new Option(`${flag} <time>`, `the time ${description}`).argParser((text) => {
    const value = readArgument(() => parseDuration(text));
    if (!Number.isInteger(value) || value > 86_400)
      throw new InvalidArgumentError('It must be whole seconds, from 1 to 86400.');
    return value;
  });
}
