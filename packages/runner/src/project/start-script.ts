import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commandFile } from './command-file.ts';
import type { Manifest } from './manifest.ts';
import { isFile } from './paths.ts';
import { shellWords } from './shell-words.ts';

/** What a script of a `package.json` starts. */
export interface StartedProgram {
  readonly kind: 'program';
  /** Its file, as the script names it, or that of the command that it names; absolute or relative to the project. */
  readonly file: string;
  readonly args: readonly string[];
  /** What the script adds to the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files whose variables it adds, by `--env-file` of Node. */
  readonly environmentFiles: readonly string[];
  /** Whether it is the script itself that names the file: `node server.js`, and not `next start`. */
  readonly isNamed: boolean;
  /** Modules that are loaded before it, as the script names them. */
  readonly preload: readonly string[];
}

/** A script that is more than one program, or asks Node for what a process cannot have any more once it runs. */
export interface OtherScript {
  readonly kind: 'other';
  readonly reason: string;
}

/** Programs that run a file of JavaScript or TypeScript, as `fcgi run` does. */
const RUNTIMES = new Set(['bun', 'node', 'nodejs', 'nodemon', 'ts-node', 'tsx']);
/** What runs another script of the same `package.json`. */
const MANAGERS = new Set(['bun', 'npm', 'pnpm', 'yarn']);
/** In front of a command, and nothing to us. */
const PREFIXES = new Set(['cross-env', 'cross-env-shell', 'env', 'exec', 'npx']);
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;
/** A script may lead to another one; one that leads to itself would go on for ever. */
const MOST_SCRIPTS = 5;

/**
 * What a script starts.
 *
 * @param folder the project
 * @param name of the script
 */
export function readScript(
  folder: string,
  manifest: Manifest,
  name: string,
  depth = 1,
): OtherScript | StartedProgram {
  const { dependencies, scripts } = manifest;
  const words = shellWords(scripts[name] ?? '');
  if (words === undefined) return other(name, 'is more than one program');
  const environment: Record<string, string> = {};
  while (words.length > 0) {
    const [, variable, value = ''] = ASSIGNMENT.exec(words[0]!) ?? [];
    if (variable !== undefined) environment[variable] = value;
    else if (!PREFIXES.has(words[0]!)) break;
    words.shift();
  }
  const [command = '', ...rest] = words;
  const next = depth < MOST_SCRIPTS && MANAGERS.has(command) ? scriptOf(rest, scripts) : undefined;
  if (next !== undefined) {
    const found = readScript(folder, manifest, next, depth + 1);
    return found.kind === 'other'
      ? found
      : { ...found, environment: { ...environment, ...found.environment } };
  }
  if (RUNTIMES.has(command)) return ofRuntime(name, words, folder, environment);
  const file = commandFile(folder, dependencies, command);
  if (file === undefined)
    return other(name, `runs "${command}", which is no program of Node in node_modules`);
  return {
    kind: 'program',
    file,
    args: rest,
    environment,
    environmentFiles: [],
    isNamed: false,
    preload: [],
  };
}

function other(name: string, reason: string): OtherScript {
  return { kind: 'other', reason: `its script "${name}" ${reason}` };
}

/** `run start:prod`, `start`. */
function scriptOf(words: readonly string[], scripts: Readonly<Record<string, string>>): string | undefined {
  const [name] = words.filter((word) => word !== 'run' && word !== 'run-script' && !word.startsWith('-'));
  return name !== undefined && name in scripts ? name : undefined;
}

/** `node [OPTION…] FILE [ARGUMENT…]`. */
function ofRuntime(
  name: string,
  [command = '', ...words]: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): OtherScript | StartedProgram {
  const { tokens } = parseArgs({
    args: words,
    allowPositionals: true,
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  const file = tokens.find((token) => token.kind === 'positional' && token.value !== 'run');
  if (file?.kind !== 'positional') return other(name, `gives ${command} no file`);
  const environmentFiles: string[] = [];
  const preload: string[] = [];
  for (const token of tokens.slice(0, tokens.indexOf(file))) {
    if (token.kind !== 'option' || IGNORED_OPTIONS.has(token.name)) continue;
    const { rawName, value } = token;
    if (!(token.name in OPTIONS) || value === undefined) {
      return other(name, `gives ${command} the option ${rawName}: set NODE_OPTIONS=${rawName}`);
    }
    if (token.name === 'import' || token.name === 'require') preload.push(value);
    else if (token.name === 'env-file' || isFile(resolve(folder, value))) environmentFiles.push(value);
  }
  const args = words.slice(file.index + 1);
  return { kind: 'program', file: file.value, args, environment, environmentFiles, isNamed: true, preload };
}

const text = { type: 'string', multiple: true } as const;

/** Options of Node whose values are followed. */
const OPTIONS = {
  'env-file': text,
  'env-file-if-exists': text,
  import: text,
  require: { ...text, short: 'r' },
} as const;

/** Of no use behind a web server, or the way of `fcgi run` anyway. */
const IGNORED_OPTIONS = new Set([
  'enable-source-maps',
  'experimental-strip-types',
  'inspect',
  'no-deprecation',
  'no-warnings',
  'trace-warnings',
  'watch',
]);
