import { join, resolve } from 'node:path';
import { jsonText, messageText } from '@fcgi-js/inspector/text';
import { optionError } from '../errors.ts';
import type { Io } from '../io.ts';
import { isFile } from '../project/paths.ts';
import { type ConfigFile, findConfigFile, readConfigFile } from './config-file.ts';
import { filesLike, isPattern } from './config-pattern.ts';
import { defaultValues, flagOf, optionList, type RunOptions, runOptions, scopeOf } from './run-options.ts';
import type { RunPlan } from './run-plan.ts';
import { severalApplications } from './several-applications.ts';

/** What stands on the command line. */
export interface CommandLine {
  readonly app: string | undefined;
  /** For the application; there are none without `app`. */
  readonly args: readonly string[];
  /** The configuration files, or patterns for them; without one, it is looked for. */
  readonly config: readonly string[];
  /** The values of flags, by the names of their options. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What counts in the end, and where each value comes from. */
export interface Settings extends RunPlan {
  /** In words, by the names of the options; with several applications, after their names. */
  readonly origins: ReadonlyMap<string, string>;
}

/** While they are put together. */
type Values = { -readonly [Name in keyof RunOptions]?: RunOptions[Name] } & Record<string, unknown>;

/**
 * Puts the command line, the configuration files and the defaults together. The first of them that has a value counts.
 *
 * @throws RunnerError where a file makes no sense, or nothing says what is to be run
 */
export async function readSettings({ cwd }: Io, line: CommandLine): Promise<Settings> {
  const { app, config, flags } = line;
  const found = config.length === 0 ? findConfigFile(cwd, app) : undefined;
  const named = config.flatMap((path) => filesLike(path, cwd));
  const files = await Promise.all((found === undefined ? named : [found]).map(readConfigFile));
  const [first] = files;
  const isOne = files.length < 2 && !config.some(isPattern);
  if (isOne && first?.apps === undefined) return ofOne(line, first, cwd);
  if (app !== undefined) {
    throw optionError(
      `Of several applications none is named on the command line: write "app": ${JSON.stringify(app)} into the options of one, beside the others of ${files.map(({ file }) => file).join(', ')}, or name another file with --config.`,
    );
  }
  const plan = await severalApplications(files, flags);
  const origins = plan.applications.map(({ options, source }) => [String(options.name), source] as const);
  return { ...plan, origins: new Map(origins) };
}

function ofOne({ app, args, flags }: CommandLine, file: ConfigFile | undefined, cwd: string): Settings {
  const inFile = file !== undefined && 'app' in file.values;
  const here = inFile || !isFile(join(cwd, 'package.json')) ? {} : { app: cwd };
  const what = app === undefined ? here : { app: resolve(cwd, app), args };
  const values: Values = {
    args: [],
    ...defaultValues(),
    ...file?.values,
    ...flags,
    ...what,
  };
  // Each limit is an option of its own: one on the command line leaves the others of the file.
  if (values.limits !== undefined) values.limits = { ...Object(file?.values['limits']), ...values.limits };
  if (!('app' in values)) {
    throw optionError(
      `Which application? There is no package.json in ${cwd}. Name its file, or give it as "app" in ${file?.file ?? 'a file fcgi.config.js, .ts or .json'}.`,
    );
  }
  const origin = (name: string) => {
    if (name in flags || name in what) return name in runOptions ? flagOf(name) : 'command line';
    return file !== undefined && name in file.values ? file.file : 'default';
  };
  const options = values as RunOptions;
  return {
    applications: [{ options, source: file?.file ?? 'command line' }],
    kind: 'one',
    origins: new Map(Object.keys(values).map((name) => [name, origin(name)])),
    parent: options,
  };
}

/** Prints what counts: a configuration file on stdout, and where each value comes from on stderr. */
export function printSettings(io: Io, { applications, kind, origins, parent }: Settings): void {
  const isOwn = (name: string) => kind === 'one' || scopeOf(name) === 'pool';
  const written = applications.map(({ options }) => {
    const { app, args } = options;
    return { app, args, ...writtenOptions(options, isOwn) };
  });
  const all = kind === 'one' ? written[0] : { ...writtenOptions(parent, () => true), apps: written };
  io.stdout.write(`${jsonText(all, 2)}\n`);
  for (const [name, origin] of origins) io.stderr.write(`${name}: ${messageText(origin)}\n`);
}

function writtenOptions(values: object, isWanted: (name: string) => boolean): Record<string, unknown> {
  const given: Readonly<Record<string, unknown>> = { ...values };
  const entries = optionList
    .filter(([name]) => given[name] !== undefined && isWanted(name))
    .map(([name, { kind }]) => [name, kind.toFile(given[name])]);
  return Object.fromEntries(entries);
}
