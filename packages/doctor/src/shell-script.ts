import type { ProgramFacts } from './facts.ts';
import { isShellName } from './system/shells.ts';

/** Whether a program is a script for a shell, such as a wrapper that starts Node. */
export function isShellScript(program: Pick<ProgramFacts, 'shebang'> | undefined): boolean {
  const { interpreter = '', lookedUp = interpreter } = program?.shebang ?? {};
  return isShellName(lookedUp.slice(lookedUp.lastIndexOf('/') + 1));
}
