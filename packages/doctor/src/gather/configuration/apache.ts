import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readNamedFile } from '../read-file.ts';
import type { Configuration, ConfigurationReader, Directive } from './configuration.ts';
import { includedFiles, placeOf, settingLines, wordsOf } from './files.ts';

/** Reads a configuration of Apache, or a `.htaccess`. */
export const apache: ConfigurationReader = async (file) => {
  const files: string[] = [];
  const directives = await read(file, undefined, files);
  const named = (...names: string[]) => directives.filter(({ name }) => names.includes(name.toLowerCase()));
  const proxied = named(
    'proxypass',
    'proxypassmatch',
    'sethandler',
    'addhandler',
    'balancermember',
    'proxyset',
  );
  const programs = [
    ...named('scriptalias', 'alias').map(({ args, at }) => ({ path: args[1] ?? '', at })),
    ...named('fastcgiserver').map(({ args, at }) => ({ path: args[0] ?? '', at })),
  ]
    .map(({ path, at }) => ({ path: path.replace(/\/$/, ''), at }))
    // A folder of programs is none.
    .filter(({ path }) => /\.\w+$/.test(basename(path)));
  const user = named('user')[0]?.args[0]?.replace(/^\$\{.*\}$/, '');
  return {
    files,
    directives,
    addresses: [
      ...proxied.flatMap((directive) => directive.args.flatMap((arg) => fcgiPlaces(arg, directive))),
      ...named('fastcgiexternalserver').flatMap(externalServer),
    ],
    httpAddresses: named('proxypass').flatMap((directive) =>
      directive.args.flatMap((arg) => {
        const host = /^http:\/\/([^/]+)/.exec(arg)?.[1];
        const unix = /^unix:([^|]+)\|http:/.exec(arg)?.[1];
        return placeOf(unix === undefined ? (host ?? '') : `unix:${unix}`, directive);
      }),
    ),
    programs: leadsToProgram(directives) ? programs : [],
    headLimit: Number.POSITIVE_INFINITY,
    ...(user === undefined || user === '' ? {} : { user }),
  } satisfies Omit<Configuration, 'product'>;
};

function leadsToProgram(directives: readonly Directive[]): boolean {
  return directives.some(
    ({ name, args }) =>
      /^fastcgiserver$/i.test(name) ||
      (/^(set|add)handler$/i.test(name) && /^(fcgid|fastcgi)-script$/i.test(args[0] ?? '')),
  );
}

/** `unix:/path|fcgi://name`, `fcgi://host:port/`, both also behind `proxy:`. */
function fcgiPlaces(arg: string, directive: Directive): Configuration['addresses'] {
  const [, unix, host] = /^(?:proxy:)?(?:unix:([^|]+)\|)?fcgi:\/\/([^/]*)/.exec(arg) ?? [];
  if (unix !== undefined) return placeOf(`unix:${unix}`, directive);
  return host === undefined ? [] : placeOf(host, directive);
}

function externalServer(directive: Directive): Configuration['addresses'] {
  const value = (option: string) => directive.args[directive.args.indexOf(option) + 1];
  const name = directive.args.includes('-socket') ? '-socket' : '-host';
  return directive.args.includes(name) ? placeOf(value(name) ?? '', directive) : [];
}

async function read(file: string, root: string | undefined, files: string[]): Promise<Directive[]> {
  files.push(file);
  const whole: Directive[] = [];
  let folder = root ?? dirname(file);
  for (const { at, text } of settingLines(await readNamedFile(file), file)) {
    // <Section "argument"> counts as a directive named <section.
    const [name = '', ...args] = wordsOf(text.trim().replace(/>$/, ''));
    whole.push({ name, args, at });
    if (/^serverroot$/i.test(name)) folder = args[0] ?? folder;
    if (!/^include(optional)?$/i.test(name)) continue;
    for (const included of await includedFiles(args[0] ?? '', folder)) {
      const isNew = !files.includes(included) && existsSync(included);
      if (isNew) whole.push(...(await read(included, folder, files)));
    }
  }
  return whole;
}
