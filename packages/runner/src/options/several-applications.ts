import { basename, dirname, extname } from 'node:path';
import { optionError } from '../errors.ts';
import { addressKey } from './address-key.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { filesLike } from './config-pattern.ts';
import { isApplicationName } from './option-kinds.ts';
import { defaultValues, flagOf, type RunOptions, scopeOf } from './run-options.ts';
import type { PlannedApplication, RunPlan } from './run-plan.ts';
import { isObject, readWritten } from './written-options.ts';

/** What is written of one application. */
interface Written {
  /** What it is called without a name: its file. */
  readonly fallback: string | undefined;
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The values of options, by their names. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Puts several applications under one parent. Each of the files has one, or lists them as "apps".
 *
 * @param flags the options of the command line, which are of the parent
 * @throws RunnerError that names file, key and what is allowed, or both files where two are about the same thing
 */
export async function severalApplications(files: readonly ConfigFile[], flags: Values): Promise<RunPlan> {
  refuseOptions(flags);
  const written = await Promise.all(files.map(writtenIn));
  const lists = files.filter(({ apps }) => apps !== undefined);
  const parent: Values = Object.assign({}, ...lists.map(parentOptions), flags);
  const applications = written.flat().map((one) => planned(one, parent));
  refuseTwins(applications, 'name', ({ name }) => name);
  refuseTwins(applications, 'listen', ({ listen }) => addressKey(listen));
  refuseTwins(
    applications,
    'upgradeListen',
    ({ upgradeListen }) => upgradeListen && addressKey(upgradeListen),
  );
  return { applications, kind: 'several', parent };
}

/** The options beside "apps". */
function parentOptions({ file, values }: ConfigFile): Values {
  for (const name of Object.keys(values)) {
    if (scopeOf(name) === 'parent') continue;
    throw optionError(
      `${file}: "${name}" is about one application, and stands beside "apps". Write it into the options of each.`,
    );
  }
  return values;
}

/** The applications that a file lists, or the one that it is about. */
async function writtenIn(config: ConfigFile): Promise<Written[]> {
  const { apps, file, values } = config;
  if (apps === undefined) {
    const name = basename(file, extname(file));
    const fallback = isApplicationName(name) ? name : undefined;
    return [{ fallback, source: file, values: ofApplication(values, file) }];
  }
  if (!Array.isArray(apps) || apps.length === 0) {
    throw optionError(`${file}: "apps" must be an array of applications, or of the paths of their files.`);
  }
  const all = apps.map(async (entry: unknown, index) => {
    const source = `${file}: apps[${index}]`;
    if (typeof entry === 'string') return included(entry, file);
    if (!isObject(entry)) throw optionError(`${source} must be an object of options, or a path.`);
    const read = readWritten(entry, dirname(file), source);
    return [{ fallback: undefined, source, values: ofApplication(read, source) }];
  });
  return (await Promise.all(all)).flat();
}

async function included(pattern: string, list: string): Promise<Written[]> {
  const files = await Promise.all(filesLike(pattern, dirname(list)).map(readConfigFile));
  const nested = files.find(({ apps }) => apps !== undefined);
  if (nested !== undefined) {
    throw optionError(`${nested.file}: "apps" has no place in a file that ${list} lists among its own.`);
  }
  return (await Promise.all(files.map(writtenIn))).flat();
}

function ofApplication(values: Values, source: string): Values {
  for (const name of Object.keys(values)) {
    if (scopeOf(name) !== 'parent') continue;
    throw optionError(
      `${source}: "${name}" is about the process that all applications share. Write it beside "apps" in the file that lists them, or as ${flagOf(name)} on the command line.`,
    );
  }
  return values;
}

/** On the command line stands what is about all of them. */
function refuseOptions(flags: Values): void {
  for (const name of Object.keys(flags)) {
    if (scopeOf(name) === 'parent') continue;
    throw optionError(
      `${flagOf(name)} is about one application, and there are several: write it as "${name}" into the options of each.`,
    );
  }
}

function planned({ fallback, source, values }: Written, parent: Values): PlannedApplication {
  const all = { args: [], workers: 1, ...defaultValues(), name: fallback, ...values, ...parent };
  if (!('app' in all)) throw optionError(`${source}: Which application? Its file is missing, as "app".`);
  const options = all as Partial<RunOptions> as RunOptions;
  if (options.name === undefined) throw optionError(`${source}: Its name is missing, as "name".`);
  if (options.listen === 'auto') {
    throw optionError(
      `${source}: Each of several applications needs a socket of its own, such as "listen": "/run/${options.name}.sock".`,
    );
  }
  return { options, source };
}

/** @param keyOf what two of them must not have in common */
function refuseTwins(
  applications: readonly PlannedApplication[],
  option: 'listen' | 'name' | 'upgradeListen',
  keyOf: (options: RunOptions) => string | undefined,
): void {
  const known = new Map<string, string>();
  for (const { options, source } of applications) {
    const key = keyOf(options);
    if (key === undefined) continue;
    const other = known.get(key);
    if (other !== undefined) {
      throw optionError(`${source}: "${option}" is ${options[option]}, which ${other} has already.`);
    }
    known.set(key, source);
  }
}
