import { STARTS, WEB_SERVERS } from '@fcgi-js/init/choices';
import type { Io } from '@fcgi-js/runner/command';
import { Command, Option } from 'commander';
import { collect } from '../arguments.ts';
import type { InitOptions } from '../init/options.ts';

const examples = `
What no flag says is asked for. Where the web server starts the application itself, a script NAME.fcgi with its run bit is
written, which serves the application as fcgi run does; otherwise a file for what starts it. The configuration of the web
server comes with it. Nothing outside the folder is touched: the commands for that are printed.

Examples:
  fcgi init                                                       asks; the application is that of the package.json
  fcgi init app.js --web-server nginx --start systemd --mount /shop --server-name example.org
  fcgi init app.js --web-server apache-htaccess --mount / -o ~/public_html
  fcgi init app.js --web-server lighttpd --yes --dry-run

Other products: fcgi config.

Exit status: 0 written; 1 a file is there already, or cannot be written; 2 the command line makes no sense, or asks for
what the product cannot do; 130 interrupted, and nothing written.
`;

/** `fcgi init [APP]`: the files of a deployment. */
export function initCommand(io: Io): Command {
  return new Command('init')
    .summary('writes the files that put an application behind a web server')
    .description(
      'Asks which web server an application is for and what starts it, writes the files, and says what to do with each.',
    )
    .argument('[app]', 'its file, or the folder of its package.json', '.')
    .addOption(
      new Option('--web-server <name>', 'which web server it is for').choices(Object.keys(WEB_SERVERS)),
    )
    .addOption(new Option('--start <way>', 'what starts the application').choices(Object.keys(STARTS)))
    .option('--mount <path>', 'the prefix of all its URLs')
    .option('--server-name <host>', 'host name of the site (repeatable)', collect)
    .option('--name <name>', 'what the application is called in file names (default: its folder)')
    .option('--listen <address>', 'where it listens (default: /run/NAME.sock; 127.0.0.1:9000 for HAProxy)')
    .option('--upgrade-listen <address>', 'where it takes WebSockets: 127.0.0.1:9001 (default: nowhere)')
    .option('--upgrade-path <path>', 'of h2o: the URLs of WebSockets, such as /ws')
    .option('--bind <port>', 'where the web server listens: 8080, 127.0.0.1:8080')
    .option('--user <name>', 'user that it runs as (default: www-data)')
    .option(
      '--group <name>',
      "group that may connect, the web server's (default: www-data; of Caddy caddy, of h2o debian-h2o)",
    )
    .option('-o, --output <folder>', 'where the files are written (default: the folder of the application)')
    .option('--force', 'overwrite what is there')
    .option('--dry-run', 'print the files, and write none')
    .option('--yes', 'take the defaults for what no flag says')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (app: string, options: InitOptions) => {
      const { init } = await import('../init/init.ts');
      await init(io, app, options);
    });
}
