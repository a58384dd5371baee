import { isCancel, select, text } from '@clack/prompts';
import {
  type Asked,
  type ConfigOptions,
  DeploymentError,
  makeFiles,
  STARTS,
  type Start,
  WEB_SERVERS,
  type WebServerName,
  webServer,
} from '@fcgi-js/init';
import type { Io } from '@fcgi-js/runner/command';
import { CommandFailure, ExitStatus, usageFailure } from '../command-failure.ts';
import type { InitOptions } from './options.ts';

/**
 * What flags do not say: asked for on a terminal, or the defaults with `--yes`.
 *
 * @throws CommandFailure without a terminal, with the flags that are missing; and where Ctrl-C ends it
 */
export async function completeAnswers(io: Io, options: InitOptions): Promise<Asked> {
  if (options.yes) return withDefaults(options);
  const missing = missingFlags(options);
  if (missing.length === 0) return withDefaults(options);
  if (!canAsk(io)) {
    throw usageFailure(
      `Without a terminal nobody can be asked: give ${missing.join(', ')}, or --yes for the defaults.`,
    );
  }
  return await askOnTerminal(io, options);
}

/** A terminal without a width, as on a serial line, has no room for the questions. */
function canAsk({ stderr, stdin }: Io): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && stderr.columns !== 0;
}

function withDefaults({ mount, serverName, start, webServer: name }: InitOptions): Asked {
  const chosen = name ?? serversFor(start)[0];
  return {
    mount: mount ?? '/',
    serverName: serverName ?? [],
    start: start ?? webServer(chosen).starts[0],
    webServer: chosen,
  };
}

/** What one can choose from; the first is the default. */
function serversFor(start: Start | undefined): [WebServerName, ...WebServerName[]] {
  const all = Object.keys(WEB_SERVERS) as [WebServerName, ...WebServerName[]];
  if (start === undefined) return all;
  const [first, ...others] = all.filter((name) => webServer(name).starts.includes(start));
  return [first ?? all[0], ...others];
}

function missingFlags({ mount, serverName, start, webServer: name }: InitOptions): string[] {
  return [
    ...(name === undefined ? ['--web-server'] : []),
    ...(start === undefined && (name === undefined || hasChoice(name)) ? ['--start'] : []),
    ...(mount === undefined ? ['--mount'] : []),
    ...(serverName === undefined && (name === undefined || hasHosts(name)) ? ['--server-name'] : []),
  ];
}

function hasChoice(name: WebServerName): boolean {
  return webServer(name).starts.length > 1;
}

/** A `.htaccess` belongs to a site that is there. */
function hasHosts(name: WebServerName): boolean {
  return webServer(name).options?.htaccess !== true;
}

async function askOnTerminal(io: Io, options: InitOptions): Promise<Asked> {
  const terminal = { input: io.stdin, output: io.stderr };
  const name =
    options.webServer ??
    answer(
      await select<WebServerName>({
        ...terminal,
        message: 'Which web server is it for?',
        options: serversFor(options.start).map((value) => ({ value, label: webServer(value).label })),
      }),
    );
  const { starts } = webServer(name);
  const start =
    options.start ??
    (starts.length === 1
      ? starts[0]
      : answer(
          await select<Start>({
            ...terminal,
            message: 'What starts the application?',
            options: starts.map((value) => ({ value, label: STARTS[value] })),
          }),
        ));
  const mount =
    options.mount ??
    answer(
      await text({
        ...terminal,
        message: 'Which prefix do all its URLs have?',
        initialValue: '/',
        validate: (value = '') => complaint({ mount: value }),
      }),
    );
  const serverName =
    options.serverName ??
    (hasHosts(name)
      ? hostsOf(
          answer(
            await text({
              ...terminal,
              message: 'What is the host name of the site? (empty: whatever a browser asks for)',
              placeholder: 'example.org',
              validate: (value = '') => complaint({ serverName: hostsOf(value) }),
            }),
          ),
        )
      : []);
  return { mount, serverName, start, webServer: name };
}

function hostsOf(line: string | undefined): string[] {
  return (line ?? '').split(/[\s,]+/).filter((host) => host !== '');
}

function answer<Value>(value: Value): Exclude<Value, symbol> {
  if (isCancel(value)) throw new CommandFailure('Nothing is written.', ExitStatus.interrupted);
  return value as Exclude<Value, symbol>;
}

/** What the configurations have against it; they say it, so that there is one rule. */
function complaint(options: Pick<ConfigOptions, 'mount' | 'serverName'>): string | undefined {
  const { serverName, ...others } = options;
  const hosts = serverName === undefined || serverName.length === 0 ? {} : { serverName };
  try {
    makeFiles('nginx', [], { listen: ['127.0.0.1:9000'], ...others, ...hosts });
    return undefined;
  } catch (error) {
    if (error instanceof DeploymentError) return error.message;
    throw error;
  }
}
