import type { Io } from '@fcgi-js/runner/command';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddressArgument, timeOption } from '../arguments.ts';
import type { RequestOptions } from '../request/options.ts';

const examples = `
Examples:
  fcgi request /run/app.sock
  fcgi request 127.0.0.1:9000 '/search?q=tea' -i
  fcgi request /run/app.sock /login -d 'user=ann' -H 'X-Requested-With: me' -v
  fcgi request /run/app.sock /upload -X PUT -d @photo.jpg -H 'Content-Type: image/jpeg'
  fcgi request /run/app.sock /shop/cart --prefix /shop
  fcgi request /run/php/php-fpm.sock '/index.php?a=1' --script /var/www/index.php
  fcgi request 127.0.0.1:9000 / --role authorizer -p REMOTE_USER=ann -i
  fcgi request /run/app.sock /health --fail --timeout 2 -o /dev/null

The URL is sent byte for byte: %2F, // and .. stay as they are. Params are made as a web server makes them (CGI/1.1);
-p adds one or puts another in place, --unset leaves one out.

Exit status: 0 there is a response, whatever its status; 1 FastCGI failed, or with --fail the response is a failure;
2 the command line makes no sense; 130 interrupted.
`;

/** `fcgi request ADDRESS [URL]`: what curl is for HTTP. */
export function requestCommand(io: Io): Command {
  return new Command('request')
    .summary('sends one request to an application, as a web server does')
    .description('Sends one request to a FastCGI application, as a web server does, and prints the response.')
    .argument(
      '<address>',
      'where it listens: unix:/path, /path, tcp:HOST:PORT, HOST:PORT',
      parseAddressArgument,
    )
    .argument('[url]', 'a path, or a URL, whose scheme and host become params (default: "/")')
    .option('-X, --method <method>', 'request method (default: GET, with -d POST)', parseMethod)
    .addOption(
      repeatable('-H, --header <line>', "header field: 'Name: value'; 'Name:' leaves it out (repeatable)"),
    )
    .addOption(
      repeatable('-d, --data <body>', 'body: text, @FILE, or @- for stdin (repeatable, joined by &)'),
    )
    .addOption(
      repeatable(
        '-p, --param <name=value>',
        'param beside or instead of what is made (repeatable)',
      ).argParser(parseParam),
    )
    .addOption(repeatable('--unset <name>', 'param to leave out (repeatable)'))
    .option('--prefix <path>', 'where the application is mounted, --mount of fcgi run; becomes SCRIPT_NAME')
    .option(
      '--script <file>',
      'file that php-fpm runs: SCRIPT_FILENAME, SCRIPT_NAME and DOCUMENT_ROOT as nginx sets them',
    )
    .option('--root <folder>', 'DOCUMENT_ROOT (default: the folder of --script)')
    .addOption(
      new Option('--role <role>', 'what the application is asked to be')
        .choices(['responder', 'authorizer', 'filter'])
        .default('responder'),
    )
    .option('--filter-data <file>', 'file that a filter works on')
    .option('-i, --include', 'print the head of the response, too')
    .option('-I, --head', 'method HEAD; print the head')
    .option('-o, --output <file>', 'write the body to a file')
    .option('-v, --verbose', 'show the records as they pass, on stderr')
    .option('--show-secrets', 'with -v, show the values of Authorization, Cookie and the like')
    .option('-f, --fail', 'exit status 1 where the status is 400 or above, or appStatus is not 0')
    .option('--json', 'print status, headers, body, stderr, appStatus, protocolStatus and timing as JSON')
    .option('--keep-conn', 'ask the application to keep the connection (FCGI_KEEP_CONN)')
    .addOption(timeOption('-m, --timeout <time>', 'give up after so long (default: 60 s without a byte)'))
    .addHelpText('after', examples)
    .action(async (address: string, url: string | undefined, options: RequestOptions) => {
      const { request } = await import('../request/request.ts');
      await request(io, address, url, options);
    });
}

function repeatable(flags: string, description: string): Option {
  const option = new Option(flags, description).default([], 'none');
  return option.argParser((value: string, earlier: readonly string[]) => [...earlier, value]);
}

function parseMethod(text: string): string {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(text)) throw new InvalidArgumentError('It is no method.');
  return text;
}

function parseParam(text: string, earlier: RequestOptions['param']): RequestOptions['param'] {
  const middle = text.indexOf('=');
  if (middle < 1) {
    throw new InvalidArgumentError(
      'It must be NAME=VALUE; NAME= is an empty value, --unset NAME leaves it out.',
    );
  }
  return [...earlier, [text.slice(0, middle), text.slice(middle + 1)]];
}
