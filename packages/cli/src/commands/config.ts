import {
  type ConfigOption,
  type ConfigOptions,
  configOptions,
  PRODUCTS,
  type Product,
} from '@fcgi-js/init/choices';
import type { Io } from '@fcgi-js/runner/command';
import { parseDuration, parseSize } from '@fcgi-js/runner/options';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { readArgument, splitPair } from '../arguments.ts';
import type { ConfigArguments } from '../config/config.ts';

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
  const command = new Command('config')
    .summary('prints a configuration for a web server, process manager or container')
    .description(
      'Prints a configuration for a web server, process manager or container, from the same options for all of them.',
    )
    .addArgument(new Argument('<product>', 'for which product').choices(PRODUCTS))
    .argument('[program...]', 'a program that the product starts, and its arguments (after --)');
  for (const [, option] of configOptions) command.addOption(flagFor(option));
  return command
    .option('-o, --output <path>', 'write to a file; for products with several files, to a folder')
    .option('--force', 'overwrite what is there')
    .option('--check', "run the product's own test")
    .addHelpText('after', examples)
    .action(async (product: Product, program: readonly string[], options: ConfigArguments) => {
      const { config } = await import('../config/config.ts');
      await config(io, product, program, options);
    });
}

function flagFor({ flags, help, kind, none }: ConfigOption): Option {
  const flag = new Option(flags, help);
  switch (kind) {
    case 'list':
      return flag.argParser((text, earlier: readonly string[] = []) => [...earlier, text]);
    case 'module':
      return flag.choices(['fcgid', 'proxy_fcgi', 'fastcgi']);
    case 'number':
      return flag.argParser(Number);
    case 'pairs':
      return flag.argParser((text, earlier: ConfigOptions['env'] = {}) => {
        const { name: variable, value } = splitPair(text, 'NODE_ENV=production');
        return { ...earlier, [variable]: value };
      });
    case 'seconds':
      return flag.argParser(parseSeconds);
    case 'size':
      return flag.argParser((text) => (text === 'none' ? none : readArgument(() => parseSize(text))));
    case 'static':
      return flag.argParser((text, earlier: ConfigOptions['static'] = []) => {
        const { name: prefix, value: folder } = splitPair(text, '/assets=/srv/app/public');
        return [...earlier, { prefix, folder }];
      });
    case 'off':
    case 'switch':
    case 'text':
      return flag;
  }
}

function parseSeconds(text: string): number {
  const value = readArgument(() => parseDuration(text));
  if (!Number.isInteger(value) || value > 86_400)
    throw new InvalidArgumentError('It must be whole seconds, from 1 to 86400.');
  return value;
}
