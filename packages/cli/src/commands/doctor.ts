import { webServerNames } from '@fcgi-js/doctor/system';
import type { Io } from '@fcgi-js/runner/command';
import { Command, InvalidArgumentError, Option } from 'commander';
import { timeOption } from '../arguments.ts';
import type { DoctorRequest } from '../doctor/doctor.ts';

const examples = `
Examples:
  fcgi doctor /srv/app/app.fcgi
  sudo fcgi doctor /srv/app/app.fcgi --user www-data
  fcgi doctor unix:/run/app.sock --config /etc/nginx/nginx.conf --log /var/log/nginx/error.log
  fcgi doctor --config ~/public_html/.htaccess --log ~/logs/error.log

Exit status: 0 nothing found, 1 something found, 2 the command line makes no sense.
`;

/** `fcgi doctor [APP|ADDRESS]`: why it does not work, and what to do. */
export function doctorCommand(io: Io): Command {
  return new Command('doctor')
    .summary('finds out why it does not work: 502, "premature end of script headers", …')
    .description(
      'Starts the program as a web server would, or connects to the address; looks at files, permissions, the configuration and the error log of the web server; and prints what is wrong, how it shows, and what to do.',
    )
    .argument('[app|address]', 'an executable file, a module for fcgi run, or where an application listens')
    .option('--config <file>', 'configuration of the web server, or a .htaccess')
    .addOption(
      new Option('--web-server <name>', 'whose configuration it is, where the file does not tell').choices(
        webServerNames,
      ),
    )
    .option('--log <file>', 'error log of the web server')
    .option('--user <name>', 'whom the web server runs as (default: as its configuration says, or www-data)')
    .option('--url <path>', 'what to ask the application for', parseUrl, '/')
    .addOption(
      new Option('--env <name=value>', 'a variable that the web server gives to the program (repeatable)')
        .default({}, 'PATH alone')
        .argParser(collectVariable),
    )
    .addOption(timeOption('--timeout <time>', 'for the start, and for the answer', 10))
    .option('--show-secrets', 'show passwords, tokens and the like in what was seen')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (target: string | undefined, options: DoctorRequest) => {
      const { doctor } = await import('../doctor/doctor.ts');
      await doctor(io, target, options);
    });
}

function parseUrl(text: string): string {
  if (!/^\/(?![/\\])\S*$/.test(text)) throw new InvalidArgumentError('It must be a path such as /login?x=1.');
  return text;
}

function collectVariable(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
