import { basename, dirname } from 'node:path';
import type { ProgramFacts, StartFacts, Trial, TrialChange, TrialSetting } from '../facts.ts';
import { isHealthy, NOT_FOUND } from '../trial-words.ts';
import type { Question } from './exchange.ts';
import { searchIn } from './program-file.ts';
import { runTrial } from './trial.ts';

/** What is there to be tried instead. */
export interface Alternatives {
  readonly environment: Readonly<Record<string, string>>;
  /** The owner of the program, where the doctor may run it as such. */
  readonly owner?: NonNullable<TrialSetting['user']>;
}

/**
 * Runs a program as the web server would and, if that comes to nothing, again with one thing changed, until it works:
 * then that thing is what it needs.
 */
export async function tryToStart(
  setting: TrialSetting,
  question: Question,
  program: ProgramFacts,
  alternatives: Alternatives,
): Promise<StartFacts> {
  const trial = await runTrial(setting, question);
  if (isHealthy(trial.exchange) || !mayDependOnSetting(trial)) return { trial };
  // What shells say of a command that is not there needs no further trial.
  const missingCommand = await findMissing(trial, alternatives.environment['PATH'] ?? '');
  if (missingCommand !== undefined) return { trial, missingCommand };
  for (const [change, changed] of changes(setting, program, alternatives)) {
    const other = await runTrial(changed, question);
    if (isHealthy(other.exchange)) return { trial, worksWith: { change, trial: other } };
  }
  return { trial };
}

async function findMissing({ ended, stderr }: Trial, path: string): Promise<StartFacts['missingCommand']> {
  if (ended?.endsWith(' 127') !== true) return undefined;
  const name = NOT_FOUND.exec(stderr)
    ?.slice(1)
    .find((group) => group !== undefined);
  if (name === undefined) return undefined;
  const callers = await searchIn(path, basename(name));
  return { name, ...(callers === undefined ? {} : { callers }) };
}

/** A program that just sits there does so everywhere, and it takes long to find that out. */
function mayDependOnSetting({ acceptance, exchange }: Trial): boolean {
  const isLate = exchange?.error?.code.endsWith('TIMEOUT') === true;
  return acceptance !== 'none' && !isLate;
}

function changes(
  setting: TrialSetting,
  { path, interpreter }: ProgramFacts,
  { environment, owner }: Alternatives,
): Array<[TrialChange, TrialSetting]> {
  const folder = dirname(path);
  const callers = interpreter?.callers;
  const list: Array<[TrialChange, TrialSetting]> = [];
  if (folder !== setting.folder) list.push(['folder', { ...setting, folder }]);
  if (owner !== undefined && owner.uid !== setting.user?.uid)
    list.push(['user', { ...setting, user: owner }]);
  if (callers !== undefined && callers !== interpreter?.path) {
    list.push(['interpreter', { ...setting, command: [callers, ...setting.command] }]);
  }
  list.push(['environment', { ...setting, environment: { ...setting.environment, ...environment } }]);
  return list;
}
