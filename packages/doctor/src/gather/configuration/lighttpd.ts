import { dirname } from 'node:path';
import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader, Directive } from './configuration.ts';
import { includedFiles, placeOf } from './files.ts';

/** Reads a configuration of lighttpd; values stay text, and one that spans lines is one. */
export const lighttpd: ConfigurationReader = async (file) => {
  const files: string[] = [];
  const directives = await read(file, files);
  const named = (name: string) => directives.filter((directive) => directive.name === name);
  const hosts = named('fastcgi.server').flatMap((directive) =>
    hostsOf(directive.args.join(' ')).map((host) => ({ host, directive })),
  );
  const user = unquote(named('server.username').at(-1)?.args[0]);
  return {
    files,
    directives,
    addresses: hosts.flatMap(({ host, directive }) => {
      // Sockets of programs that lighttpd starts get names of their own.
      if (settingOf(host, 'bin-path') !== undefined) return [];
      const socket = settingOf(host, 'socket');
      const port = /"port"\s{0,20}=>\s{0,20}"?(\d{1,9})/.exec(host)?.[1];
      const address =
        socket === undefined ? `${settingOf(host, 'host') ?? '127.0.0.1'}:${port}` : `unix:${socket}`;
      return placeOf(address, directive);
    }),
    httpAddresses: [],
    programs: hosts.flatMap(({ host, directive: { at } }) => {
      // A command may have arguments.
      const path = settingOf(host, 'bin-path')?.split(' ')[0];
      return path === undefined ? [] : [{ path, at }];
    }),
    headLimit: Number.POSITIVE_INFINITY,
    ...(user === undefined ? {} : { user }),
  };
};

/** The innermost parentheses: the settings of one application each. */
function hostsOf(value: string): string[] {
  return (value.match(/\([^()]*\)/g) ?? []).filter((host) => /"(?:socket|host|bin-path)"/.test(host));
}

function settingOf(host: string, key: string): string | undefined {
  return new RegExp(`"${key}"\\s*=>\\s*"([^"]*)"`).exec(host)?.[1];
}

function unquote(text: string | undefined): string | undefined {
  return text?.replace(/^"(.*)"$/, '$1');
}

async function read(file: string, files: string[]): Promise<Directive[]> {
  files.push(file);
  const whole: Directive[] = [];
  for (const directive of parse(await readNamedFile(file), file)) {
    whole.push(directive);
    if (directive.name !== 'include') continue;
    for (const included of await includedFiles(unquote(directive.args[0]) ?? '', dirname(file))) {
      if (!files.includes(included)) whole.push(...(await read(included, files)));
    }
  }
  return whole;
}

/** `name = value`, `name += value` and `include value`, in whatever block. */
function parse(text: string, file: string): Directive[] {
  const directives: Directive[] = [];
  let open: { name: string; value: string; at: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutComment(raw);
    const [, name, value] = /^\s*([\w.-]+)(?:\s*\+?:?=|(?<=include)\s)(.*)$/s.exec(line) ?? [];
    if (open !== undefined) open.value += ` ${line.trim()}`;
    else if (name !== undefined) open = { name, value: (value ?? '').trim(), at: `${file}:${index + 1}` };
    if (open === undefined || depthOf(open.value) > 0) continue;
    directives.push({ name: open.name, args: [open.value], at: open.at });
    open = undefined;
  }
  return directives;
}

function withoutComment(line: string): string {
  return line.replace(/^((?:[^"#]|"[^"]*")*)#.*$/, '$1');
}

/** Parentheses that are still open. */
function depthOf(value: string): number {
  const bare = value.replace(/"[^"]*"/g, '');
  return bare.split('(').length - bare.split(')').length;
}
