import type { Facts } from './facts.ts';
import type { Configuration } from './gather/configuration/configuration.ts';

/**
 * What was looked at, and as which user, in one line each: shows what "nothing found" means. It may hold secrets.
 *
 * @param facts of one deployment. What several of them have is there once
 */
export function lookedAt(facts: readonly Facts[]): string[] {
  return [...new Set(facts.flatMap(lookedAtFor))];
}

function lookedAtFor(facts: Facts): string[] {
  const { address, answer, configuration, log, program, start, user } = facts;
  const setting = start?.trial.setting;
  return [
    ...(configuration === undefined ? [] : [configurationText(configuration)]),
    ...(program === undefined
      ? []
      : [`${program.path}, for the user ${user.name}${start === undefined ? '; it was not started' : ''}`]),
    ...(setting === undefined
      ? []
      : [
          `${setting.command.join(' ')}, started in ${setting.folder} as ${setting.user?.name ?? 'you'} with ${Object.keys(setting.environment).join(', ') || 'no environment'}`,
        ]),
    ...(address === undefined ? [] : [`${address}, for the user ${user.name}`]),
    ...(answer?.status === undefined ? [] : [`the answer to a request: status ${answer.status}`]),
    ...(log === undefined ? [] : [`${log.file}, its last ${log.lines.length} lines`]),
  ];
}

/** Apache's need not name an application: a handler may stand for all files with an ending. */
function configurationText({ addresses, files, product, programs }: Configuration): string {
  const isAbout = product === 'apache' || addresses.length + programs.length > 0;
  return `${files.join(', ')} (${product})${isAbout ? '' : ', which names no FastCGI application'}`;
}
