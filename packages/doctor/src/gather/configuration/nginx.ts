import { dirname } from 'node:path';
import { readNamedFile } from '../read-file.ts';
import type { ConfigurationReader, Directive } from './configuration.ts';
import { includedFiles, placeOf } from './files.ts';

/** nginx has one page of memory for the head by default. */
const DEFAULT_HEAD = 4_096;

/** Reads a configuration of nginx: directives of all blocks, in order. */
export const nginx: ConfigurationReader = async (file) => {
  const files: string[] = [];
  const directives = await read(file, dirname(file), files);
  const named = (name: string) => directives.filter((directive) => directive.name === name);
  const upstreams = upstreamServers(directives);
  const places = (name: string) =>
    named(name).flatMap((directive) => {
      const target = (directive.args[0] ?? '').replace(/^https?:\/\//, '');
      const host = target.startsWith('unix:') ? (target.split(':/')[0] ?? '') : (target.split('/')[0] ?? '');
      const servers = upstreams.get(host);
      if (servers !== undefined) return servers;
      // proxy_pass http://unix:/path:/uri
      const address = target.startsWith('unix:') ? target.replace(/^(unix:[^:]+):.*$/, '$1') : host;
      return placeOf(address, directive);
    });
  const user = named('user')[0]?.args[0];
  const sizes = named('fastcgi_buffer_size').map(({ args }) => bytes(args[0] ?? ''));
  return {
    files,
    directives,
    addresses: places('fastcgi_pass'),
    httpAddresses: places('proxy_pass'),
    programs: [],
    headLimit: sizes.length > 0 ? Math.min(...sizes) : DEFAULT_HEAD,
    ...(user === undefined ? {} : { user }),
  };
};

/** `server` in `upstream` blocks; the parser marks the block with a directive of its own. */
function upstreamServers(directives: readonly Directive[]) {
  const upstreams = new Map<string, ReturnType<typeof placeOf>>();
  let name: string | undefined;
  for (const directive of directives) {
    if (directive.name === 'upstream') name = directive.args[0];
    // A server block has no arguments, a server of an upstream has its address.
    const isMember = directive.name === 'server' && directive.args.length > 0;
    if (name !== undefined && isMember) {
      upstreams.set(name, [...(upstreams.get(name) ?? []), ...placeOf(directive.args[0] ?? '', directive)]);
    }
  }
  return upstreams;
}

function bytes(size: string): number {
  const [, number = '', unit = ''] = /^(\d+)([km]?)$/i.exec(size) ?? [];
  return Number(number) * ({ k: 1_024, m: 1_048_576 }[unit.toLowerCase()] ?? 1);
}

async function read(file: string, root: string, files: string[]): Promise<Directive[]> {
  files.push(file);
  const found = parse(await readNamedFile(file), file);
  const whole: Directive[] = [];
  for (const directive of found) {
    whole.push(directive);
    if (directive.name !== 'include') continue;
    for (const included of await includedFiles(directive.args[0] ?? '', root)) {
      // Every file once: more would never end where they include each other.
      if (files.includes(included)) whole.push(...parse(await readNamedFile(included), included));
      else whole.push(...(await read(included, root, files)));
    }
  }
  return whole;
}

const TOKEN = /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]|\n|(?:\$\{[^}]*\}|[^\s{};])+/g;

/** Directives with their arguments, those that open a block, too. */
function parse(text: string, file: string): Directive[] {
  const directives: Directive[] = [];
  let line = 1;
  let words: string[] = [];
  let at = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === ';' || token === '{' || token === '}') {
      const [name, ...args] = words;
      if (name !== undefined) directives.push({ name, args, at });
      words = [];
    } else if (token !== '\n' && !token.startsWith('#')) {
      if (words.length === 0) at = `${file}:${line}`;
      words.push(token.replace(/^(["'])([\s\S]*)\1$/, '$2'));
    }
    line += token.split('\n').length - 1;
  }
  return directives;
}
