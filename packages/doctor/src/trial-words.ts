import type { Exchange, Facts, Trial } from './facts.ts';

/** An answer that says that the application works; a page that is not there is one, too. */
export function isHealthy(exchange: Exchange | undefined): boolean {
  return exchange?.error === undefined && exchange?.status !== undefined && exchange.status < 500;
}

/** Whether it came as far as taking a connection. */
export function startedWith(trial: Trial): boolean {
  return trial.exchange !== undefined;
}

/** Whether it ended by itself before it took a connection, or could not be started. */
export function hasEnded(trial: Trial): boolean {
  return trial.acceptance === 'ended' || trial.spawnError !== undefined;
}

/** The trial as the web server would do it, where nothing came of it. */
export function failed({ start }: Facts): Trial | undefined {
  return start !== undefined && !startedWith(start.trial) ? start.trial : undefined;
}

/** Evidence for a failed start whose stderr says something. */
export function says(facts: Facts, pattern: RegExp): readonly string[] {
  const trial = failed(facts);
  return trial !== undefined && pattern.test(trial.stderr) ? excerpt(trial, pattern) : [];
}

/** How shells, `env` and Node say that there is no such command; its name is the one group that has something. */
export const NOT_FOUND =
  /(?:^|[\s:])([\w./+-]+): (?:command )?not found|command not found: (\S+)|env: [‘']?([^\s:’']+)[’']?: No such file/m;

const MOST_LINES = 4;
const LONGEST_LINE = 300;
const TELLING = /error|cannot|denied|not found|no such/i;

/** What a program said on stderr, in the few lines that matter. */
export function excerpt(trial: Trial, pattern = TELLING): string[] {
  return firstLines(trial.stderr === '' ? (trial.exchange?.stderr ?? '') : trial.stderr, pattern);
}

/** What an application said while it answered, on FastCGI's stderr or its own. */
export function stderrOf(exchange: Exchange, trial: Trial | undefined): string[] {
  const text = exchange.stderr === '' ? (trial?.stderr ?? '') : exchange.stderr;
  return firstLines(text, TELLING);
}

function firstLines(text: string, pattern: RegExp): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  const first = Math.max(
    lines.findIndex((line) => pattern.test(line)),
    0,
  );
  return lines
    .slice(first, first + MOST_LINES)
    .map((line) => `stderr: ${line.trimEnd().slice(0, LONGEST_LINE)}`);
}
