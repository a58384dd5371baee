import { isCancel, text } from '@clack/prompts';
import type { Io } from '@fcgi-js/runner/command';
import { canAsk } from '../can-ask.ts';
import { CommandFailure, ExitStatus } from '../command-failure.ts';

/** What a host is like, as far as it is said. */
interface Host {
  readonly home?: string;
  readonly node?: string;
}

/** Asks on a terminal where Node and the home folder are on the host. Nothing is an answer as well: they are looked for there. */
export async function askForHost(io: Io, given: Host): Promise<Host> {
  if (!canAsk(io)) return given;
  const ask = async (known: string | undefined, message: string, placeholder: string) => {
    if (known !== undefined) return { answer: known };
    const answer = await text({
      input: io.stdin,
      output: io.stderr,
      message,
      placeholder,
      validate: problem,
    });
    if (isCancel(answer)) throw new CommandFailure('Nothing is made.', ExitStatus.interrupted);
    return answer === undefined || answer === '' ? {} : { answer };
  };
  const node = await ask(
    given.node,
    'Where is Node on the host? (empty: look for it there)',
    '/home/me/node/bin/node',
  );
  const home = await ask(given.home, 'What is your home folder there? (empty: ask the host)', '/home/me');
  return {
    ...(home.answer === undefined ? {} : { home: home.answer }),
    ...(node.answer === undefined ? {} : { node: node.answer }),
  };
}

function problem(value = ''): string | undefined {
  return value === '' || value.startsWith('/') ? undefined : 'It must be an absolute path.';
}
