import type { Io } from '@fcgi-js/runner/command';
import { Command, InvalidArgumentError } from 'commander';
import type { DecodeOptions } from '../decode/decode.ts';

const examples = `
FILE is, told apart by what is in it:
  - the bytes of one direction of a connection, as they were on the wire
  - the same as hexadecimal digits, from xxd, hexdump -C, Wireshark or a log
  - a capture, pcap or pcapng: every TCP connection in it that speaks FastCGI, both directions (needs tshark)
  - what fcgi tap --save has written: both directions of every connection, with times

Examples:
  fcgi decode request.bin
  tcpdump -i lo -w - port 9000 | fcgi decode
  xxd -p request.bin | fcgi decode --json | jq 'select(.findings != [])'
  fcgi decode tap.jsonl --content

Each line is a record: its position, > to or < from the application, type, id, length of content and padding, and what
it means; below it params, heads, STDERR, and what is wrong at which byte. Values that let others act in a user's name,
such as those of cookies, are hidden unless --show-secrets is given. Of the params of one request 1 MiB is looked at.

Exit status: 0 nothing is wrong; 1 a rule is broken, or the input cannot be read; 2 the command line makes no sense.
`;

/** `fcgi decode [FILE]`: what the bytes of a connection mean, and what is wrong with them. */
export function decodeCommand(io: Io): Command {
  return new Command('decode')
    .summary('shows what recorded bytes mean, and what is wrong with them')
    .description(
      'Shows recorded FastCGI as a table of records, with params, and says which rule is broken where.',
    )
    .argument('[file]', 'what to read (default: stdin)')
    .option('--content', 'show all bytes of bodies, too')
    .option('--json', 'print JSON: one line for each record, and a summary')
    .option('--no-params', 'leave out params, heads and STDERR')
    .option('--show-secrets', 'show the values of Authorization, Cookie and the like')
    .option(
      '--stream <number>',
      'of a capture this TCP stream only, FastCGI or not (tcp.stream of Wireshark)',
      parseStream,
    )
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: DecodeOptions) => {
      const { decode } = await import('../decode/decode.ts');
      await decode(io, file, options);
    });
}

function parseStream(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
