import { homedir } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lacksRequestBuffers } from '@fcgi-js/doctor/system';
import { type Answers, makePlan } from '@fcgi-js/init';
import { messageText } from '@fcgi-js/inspector/text';
import type { Io } from '@fcgi-js/runner/command';
import { defined } from '@fcgi-js/runner/command';
import { findApplication, mountFor } from '@fcgi-js/runner/process';
import { completeAnswers } from './ask.ts';
import type { InitOptions } from './options.ts';
import { formatMode, printFiles, printJson, printSteps } from './report.ts';
import { writeFiles } from './write.ts';

/**
 * Writes what a deployment consists of, and says what is to be done next.
 *
 * @throws CommandFailure where answers are missing, or a file is there already; DeploymentError where the answers make no sense
 */
export async function init(io: Io, argument: string, options: InitOptions): Promise<void> {
  const { bind, dryRun = false, force = false, group, json = false, listen, output, user } = options;
  const { upgradeListen, upgradePath } = options;
  const project = findApplication(argument, io.cwd);
  const { basePath, folder: workingDirectory = dirname(project.file), statics } = project;
  const asked = await completeAnswers(io, { ...options, ...defined({ mount: options.mount ?? basePath }) });
  mountFor(project, asked.mount);
  const plan = makePlan({
    ...asked,
    ...(asked.webServer === 'caddy' && (await lacksRequestBuffers()) ? { requestBuffers: 0 } : {}),
    ...defined({ bind, group, home: homeOf(asked.webServer), listen, upgradeListen, upgradePath, user }),
    // By its folder, what a new build has to be run is found when it starts.
    app: project.folder ?? project.file,
    folder: output === undefined ? workingDirectory : resolve(io.cwd, output),
    name: options.name ?? nameOf(workingDirectory),
    runner: [process.execPath, commandFile()],
    statics,
    workingDirectory,
  });
  if (!dryRun) await writeFiles(plan.files, force);
  if (json) {
    printJson(io, plan, !dryRun);
    return;
  }
  if (dryRun) printFiles(io, plan.files);
  else
    for (const { mode, path } of plan.files)
      io.stderr.write(`Written: ${messageText(path)} (${formatMode(mode)})\n`);
  printSteps(io, plan);
}

/** On shared hosting the application runs as the user who asks for its files; elsewhere as one without a home. */
function homeOf(webServer: Answers['webServer']): string | undefined {
  return webServer === 'apache-htaccess' ? homedir() : undefined;
}

/** Products take letters, digits, - and _ in names. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .replace(/[^\w-]+/g, '-')
    .slice(0, 64);
  return /^[a-z]/i.test(name) ? name : 'app';
}

/** The file of this command. By the name of the package: where this module ends up is the bundler's business. */
function commandFile(): string {
  return fileURLToPath(new URL('./dist/bin/fcgi.js', import.meta.resolve('@fcgi-js/cli/package.json')));
}
