import type { Cause, CauseFamily, DeploymentNames, Finding } from './cause.ts';
import { programFile } from './causes/program-file.ts';
import { programStart } from './causes/program-start.ts';
import { socket } from './causes/socket.ts';
import { causeFamilies } from './causes.ts';
import type { Facts } from './facts.ts';
import { linesOf } from './log-lines.ts';
import { isShellScript } from './shell-script.ts';

/**
 * Tells what is wrong from what is known. Pure: the same facts give the same findings. What was seen just now counts
 * more than a log, which tells of other days, too.
 *
 * @param facts what was gathered about one deployment
 */
export function judge(facts: Facts): Finding[] {
  const told = linesOf(facts.log, causeFamilies);
  const isTold = (cause: Cause) => told.has(cause);
  const families = (...wanted: ReadonlyArray<CauseFamily['reports']>) =>
    causeFamilies.filter(({ reports }) => wanted.includes(reports));
  const main = families('all', 'first');
  const rest = families('rest');
  const found =
    [
      main.flatMap((family) => shown(family, facts)),
      rest.flatMap((family) => shown(family, facts)),
      withoutConsequences(main.flatMap(({ causes }) => causes.filter(isTold))),
      rest.flatMap(({ causes }) => causes.filter(isTold)).slice(0, 1),
    ].find((causes) => causes.length > 0) ?? [];
  // Beside a cause, lines that are not known are most likely its consequences.
  const beside = found.length > 0 ? families('aside') : families('aside', 'otherwise');
  const asides = beside.flatMap(({ causes }) =>
    causes.filter((cause) => isShown(cause, facts) || isTold(cause)),
  );
  return [...found, ...asides].map((cause) => ({
    id: cause.id,
    title: cause.title,
    cause: cause.why,
    evidence: [...cause.evidence(facts), ...(told.get(cause) ?? [])],
    remedy: cause.remedy(namesOf(facts)),
  }));
}

/** A file that cannot be run is why its process ends, and a program that does not start why its socket refuses connections. */
function withoutConsequences(causes: readonly Cause[]): readonly Cause[] {
  const order = [programFile, programStart, socket];
  const first = order.findIndex((family) => causes.some((cause) => family.causes.includes(cause)));
  const explained = order.slice(first + 1).flatMap((family) => family.causes);
  return first === -1 ? causes : causes.filter((cause) => !explained.includes(cause));
}

function isShown(cause: Cause, facts: Facts): boolean {
  return cause.evidence(facts).length > 0;
}

/** The causes of a family that the facts show, apart from the log. */
function shown({ causes, reports }: CauseFamily, facts: Facts): Cause[] {
  const found = causes.filter((cause) => isShown(cause, facts));
  return reports === 'all' ? found : found.slice(0, 1);
}

function namesOf({ address, program, socket, start, user, configuration }: Facts): DeploymentNames {
  const path = program?.path ?? configuration?.programs[0]?.path ?? '/path/to/app.fcgi';
  const known =
    address ?? start?.trial.listeners[0] ?? configuration?.addresses[0]?.address ?? 'unix:/run/app.sock';
  return {
    address: known,
    application: isShellScript(program) ? 'APP' : path,
    folder: path.slice(0, path.lastIndexOf('/')) || '/',
    program: path,
    socket: socket?.path ?? (known.startsWith('unix:') ? known.slice('unix:'.length) : '/run/app.sock'),
    user: user.name,
  };
}
