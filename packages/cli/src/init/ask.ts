import { isCancel, select, text } from '@clack/prompts';
import {
  type Asked,
  answerProblem,
  missingAnswers,
  STARTS,
  type Start,
  type WebServerName,
  webServer,
  webServersFor,
  withDefaultAnswers,
} from '@fcgi-js/init';
import type { Io } from '@fcgi-js/runner/command';
import { canAsk } from '../can-ask.ts';
import { CommandFailure, ExitStatus, usageFailure } from '../command-failure.ts';
import type { InitOptions } from './options.ts';

/**
 * What flags do not say: asked for on a terminal, or the defaults with `--yes`.
 *
 * @throws CommandFailure without a terminal, with the flags that are missing; and where Ctrl-C ends it
 */
export async function completeAnswers(io: Io, options: InitOptions): Promise<Asked> {
  const missing = options.yes ? [] : missingAnswers(options);
  if (missing.length === 0) return withDefaultAnswers(options);
  if (!canAsk(io)) {
    const flags = missing.map((name) => FLAGS[name]).join(', ');
    throw usageFailure(
      `Without a terminal no question can be answered: give ${flags}, or --yes for the defaults.`,
    );
  }
  return await askOnTerminal(io, options);
}

const FLAGS: Readonly<Record<keyof Asked, string>> = {
  mount: '--mount',
  serverName: '--server-name',
  start: '--start',
  webServer: '--web-server',
};

async function askOnTerminal(io: Io, options: InitOptions): Promise<Asked> {
  const terminal = { input: io.stdin, output: io.stderr };
  const name =
    options.webServer ??
    answer(
      await select<WebServerName>({
        ...terminal,
        message: 'Which web server is it for?',
        options: webServersFor(options.start).map((value) => ({ value, label: webServer(value).label })),
      }),
    );
  const asked = new Set(missingAnswers({ ...options, webServer: name }));
  const start = asked.has('start')
    ? answer(
        await select<Start>({
          ...terminal,
          message: 'What starts the application?',
          options: webServer(name).starts.map((value) => ({ value, label: STARTS[value] })),
        }),
      )
    : options.start;
  const mount = asked.has('mount')
    ? answer(
        await text({
          ...terminal,
          message: 'Which prefix do all its URLs have?',
          initialValue: '/',
          validate: (value = '') => answerProblem({ mount: value }),
        }),
      )
    : options.mount;
  const serverName = asked.has('serverName')
    ? hostsOf(
        answer(
          await text({
            ...terminal,
            message: 'What is the host name of the site? (empty: whatever a browser asks for)',
            placeholder: 'example.org',
            validate: (value = '') => answerProblem({ serverName: hostsOf(value) }),
          }),
        ),
      )
    : options.serverName;
  return withDefaultAnswers({ mount, serverName, start, webServer: name });
}

function hostsOf(line: string | undefined): string[] {
  return (line ?? '').split(/[\s,]+/).filter((host) => host !== '');
}

function answer<Value>(value: Value): Exclude<Value, symbol> {
  if (isCancel(value)) throw new CommandFailure('Nothing is written.', ExitStatus.interrupted);
  return value as Exclude<Value, symbol>;
}
