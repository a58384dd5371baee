import type { Io } from '@fcgi-js/runner/command';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddressArgument, timeOption } from '../arguments.ts';
import type { ConformanceRequest } from '../conformance/conformance.ts';

const examples = `
Examples:
  fcgi conformance unix:/run/app.sock
  fcgi conformance 127.0.0.1:9000 --level must
  fcgi conformance --spawn ./app.fcgi
  fcgi conformance --spawn './app --listen {socket}'
  fcgi conformance --web-server './nginx.sh {socket}' --url http://127.0.0.1:8080/
  fcgi conformance /run/php/php-fpm.sock --param SCRIPT_FILENAME=/srv/probe.php --only 330,331
  fcgi conformance unix:/run/app.sock --expected-failures known.txt --junit report.xml

Each check has a number that stays. Where the application offers the routes of the probe contract, more is checked.
A list of expected failures has a line for each: the number, a blank and the reason.

Exit status: 0 no unexpected failure; 1 a check fails, or passes that was expected to fail; 2 the command line makes no
sense, or nothing answers.
`;

/** `fcgi conformance [ADDRESS]`: whether an application or a web server does what FastCGI 1.0 says. */
export function conformanceCommand(io: Io): Command {
  return new Command('conformance')
    .summary('checks an application or a web server against the specification')
    .description(
      'Checks a FastCGI application, in any language, or a web server against FastCGI 1.0 and RFC 3875, and against known attacks. Shows of each failure what was sent, what came, and what would be right.',
    )
    .argument(
      '[address]',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .option(
      '--spawn <command>',
      'start it for each group of checks, with its socket as descriptor 0 or for {socket}',
    )
    .option('--web-server <command>', 'check a web server: start it in front of {socket}')
    .option('--url <url>', 'where that web server passes requests on, as http://127.0.0.1:8080/')
    .addOption(
      new Option('--param <name=value>', 'a param of every request (repeatable)')
        .default({}, 'those that a web server sends')
        .argParser(collectParam),
    )
    .option('--only <numbers>', 'only these checks, as 12,14', parseNumbers)
    .addOption(
      new Option('--level <level>', 'only checks up to this level')
        .choices(['must', 'should', 'hardening'])
        .default('hardening'),
    )
    .addOption(timeOption('--timeout <time>', 'how long to wait for anything new', 3))
    .option('--expected-failures <file>', 'failures that are known, with reasons')
    .option('--list', 'print all checks, and run none')
    .option('--verbose', 'print what passes and what is skipped, too')
    .option('--json', 'print JSON')
    .option('--junit <file>', 'write a report for continuous integration')
    .option('--html <file>', 'write a report as a page')
    .option('--badge <file>', 'write the JSON of a badge')
    .addHelpText('after', examples)
    .action(async (address: string | undefined, options: ConformanceRequest) => {
      const { conformance } = await import('../conformance/conformance.ts');
      await conformance(io, address, options);
    });
}

function parseNumbers(text: string): number[] {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) throw new InvalidArgumentError('Write numbers, as 12,14.');
  return text.split(',').map(Number);
}

function collectParam(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
