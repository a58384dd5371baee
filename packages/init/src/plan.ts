import { join } from 'node:path';
import type { Answers } from './answers.ts';
import { defined } from './defined.ts';
import { invalidDeployment } from './errors.ts';
import { type ConfigFile, makeFiles } from './make-files.ts';
import { type Step, stepsFor, stepsForAll, stepsForService } from './next-steps.ts';
import { quoteForShell } from './shell.ts';
import { type WebServer, webServer } from './web-servers.ts';

/** A file to be written. */
export interface PlannedFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
  /** What is to be done with it then. */
  readonly next: readonly Step[];
}

/** What there is to write, and to do when it is written. */
export interface Plan {
  readonly files: readonly PlannedFile[];
  readonly next: readonly Step[];
}

const RUNNABLE = 0o755;
const READABLE = 0o644;
const ACCOUNT = 'www-data';

/**
 * The files of a deployment, with the next step for each.
 *
 * @throws DeploymentError where answers do not go together, or are beyond a product
 */
export function makePlan(answers: Answers): Plan {
  const { runner, start } = answers;
  const server = webServer(answers.webServer);
  if (runner.some((path) => path.includes('/_npx/'))) {
    throw invalidDeployment(
      'This fcgi is in the cache of npx, which may be emptied. Install it, and take that one: npm install @fcgi-js/cli',
    );
  }
  if (!server.starts.includes(start)) {
    throw invalidDeployment(`--start: must be ${server.starts.join(', ')} for ${server.label}.`);
  }
  if (start === 'hand' && answers.user !== undefined) {
    throw invalidDeployment('--user: by hand it runs as the user who starts it.');
  }
  if (answers.upgradeListen !== undefined) checkUpgrades(answers.upgradeListen, start);
  return start === 'web-server' ? startedPlan(answers, server) : listeningPlan(answers, server, start);
}

/** What starts the application must let it open a socket of its own, once. */
function checkUpgrades(address: string, start: Answers['start']): void {
  if (start === 'web-server') {
    throw invalidDeployment(
      '--upgrade-listen: a web server may start the application more than once, and the processes cannot share that socket. Let systemd or supervisor start it: --start systemd',
    );
  }
  if (start !== 'hand' && !/:\d+$/.test(address)) {
    throw invalidDeployment(
      '--upgrade-listen: must be a port such as 127.0.0.1:9001, as a service may make no socket in /run',
    );
  }
}

/** The web server starts a script, which starts the application. */
function startedPlan(answers: Answers, server: WebServer): Plan {
  const { folder, group, listen, name, user } = answers;
  const path = join(folder, `${name}.fcgi`);
  const options = { ...siteOptions(answers, server), ...defined({ group, user }), ...listenOption(listen) };
  const files = makeFiles(server.product, [path], options, { app: '--output', 'app.command': '--output' });
  const config = configFile(files, answers, server);
  return {
    files: [{ path, mode: RUNNABLE, text: script(answers), next: [] }, config],
    next: stepsForAll(answers, { program: path, config: config.path }),
  };
}

/** The application listens, and the web server connects to it. */
function listeningPlan(
  answers: Answers,
  server: WebServer,
  start: Exclude<Answers['start'], 'web-server'>,
): Plan {
  const listen = answers.listen ?? defaultAddress(answers, server);
  const group = answers.group ?? server.group;
  const options = { ...siteOptions(answers, server), ...listenOption(listen), ...upgradeOptions(answers) };
  const files = makeFiles(server.product, [], options, { upgradeSocket: '--upgrade-listen' });
  const config = configFile(files, answers, server);
  return {
    files: [
      ...(start === 'hand' ? [] : serviceFiles({ ...answers, ...defined({ group }) }, start, listen)),
      config,
    ],
    next: stepsForAll({ ...answers, group: group ?? ACCOUNT }, { listen, command: command(answers) }),
  };
}

/** The socket is opened before the application runs, by what may write to `/run`, which a user cannot by hand. */
function defaultAddress({ name, start }: Answers, { needsTcp }: WebServer): string {
  if (needsTcp) return '127.0.0.1:9000';
  return start === 'hand' ? `unix:/run/${name}/${name}.sock` : `unix:/run/${name}.sock`;
}

function serviceFiles(
  answers: Answers,
  product: 'init' | 'supervisor' | 'systemd',
  listen: string,
): PlannedFile[] {
  const { folder, group: socketGroup, name, user = ACCOUNT, workingDirectory } = answers;
  const files = makeFiles(
    product,
    // With workers, `systemctl reload` loses no request.
    command(answers, product === 'systemd' ? ['--workers', 'auto'] : []),
    {
      env: { NODE_ENV: 'production' },
      folder: workingDirectory,
      name,
      user,
      ...listenOption(listen),
      ...defined({ socketGroup }),
    },
    { app: 'APP', 'app.command': 'APP', 'app.folder': 'APP', socketGroup: '--group' },
  );
  return files.map(({ name: usual, text }) => {
    const own = { init: `${name}.init`, supervisor: `${name}-supervisor.conf`, systemd: usual }[product];
    const path = join(folder, own);
    const mode = product === 'init' ? RUNNABLE : READABLE;
    return { path, mode, text, next: stepsForService(product, path, usual, name) };
  });
}

function siteOptions(answers: Answers, server: WebServer) {
  const { bind, mount, name, requestBuffers, serverName } = answers;
  const statics = staticsFor(answers, server);
  const hosts = serverName.length > 0 ? serverName : undefined;
  return {
    mount,
    name,
    ...server.options,
    ...defined({
      bind,
      requestBuffers,
      serverName: hosts,
      static: statics.length > 0 ? statics : undefined,
    }),
  };
}

/** What the web server can send itself; a `.htaccess` leads to what is below its own folder. */
function staticsFor({ folder, statics = [] }: Answers, { options, sendsNoFiles }: WebServer) {
  const reached = sendsNoFiles
    ? []
    : statics.filter((files) => !options?.htaccess || files.folder.startsWith(`${folder}/`));
  return reached.map((files) => ({ ...files, immutable: true }));
}

function upgradeOptions({ upgradeListen, upgradePath }: Answers) {
  return defined({
    upgradePath,
    upgradeSocket: upgradeListen === undefined ? undefined : [upgradeListen],
  });
}

function listenOption(listen: string | undefined) {
  return listen === undefined ? {} : { listen: [listen] };
}

function configFile(files: readonly ConfigFile[], answers: Answers, server: WebServer): PlannedFile {
  const { folder, name } = answers;
  const text = files.map((file) => file.text).join('');
  const path = join(folder, server.options?.htaccess ? server.ending : `${name}${server.ending}`);
  return { path, mode: READABLE, text, next: stepsFor(answers, path, text) };
}

/** `fcgi run`, in words. It always has the prefix, as some web servers do not send it, and it does no harm. */
function command(
  { app, mount, runner, upgradeListen, webServer: name }: Answers,
  options: readonly string[] = [],
): string[] {
  const upgrades = upgradeListen === undefined ? [] : ['--upgrade-listen', upgradeListen];
  // With a prefix of its own, an application believes none that h2o passes on from a browser.
  const isNamed = mount !== '/' || (upgradeListen !== undefined && name === 'h2o');
  return [...runner, 'run', ...options, ...upgrades, ...(isNamed ? ['--mount', mount] : []), app];
}

/**
 * A shell is everywhere, wants no PATH, and does not care what the file is called. The application reads `.env`, views and
 * the like in its own folder, and web servers start the script in its folder or in `/`, mod_fcgid without HOME.
 */
function script(answers: Answers): string {
  const home =
    answers.home === undefined ? '' : `[ -n "$HOME" ] || export HOME=${quoteForShell(answers.home)}\n`;
  return `#!/bin/sh
# Started by the web server, which hands it a listening socket as descriptor 0.
export NODE_ENV="\${NODE_ENV:-production}"
${home}cd ${quoteForShell(answers.workingDirectory)} || exit
exec ${command(answers).map(quoteForShell).join(' ')}
`;
}
