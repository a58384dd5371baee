import { defined } from '../defined.ts';
import { optionError } from '../errors.ts';
import type { RunOptions } from '../options/run-options.ts';
import { basePathOf } from './build.ts';
import type { Project } from './read-project.ts';

/**
 * The options of an application, together with what its project says.
 *
 * @throws RunnerError where it has been built for another prefix than the one that it is to be served at
 */
export function optionsFor(project: Project, given: RunOptions): RunOptions {
  const { args, environmentFiles, folder } = project;
  const files = [...environmentFiles, ...(given.environmentFile ?? [])];
  return {
    ...given,
    args: [...args, ...given.args],
    ...defined({
      chdir: given.chdir ?? folder,
      environmentFile: files.length === 0 ? undefined : files,
      mount: mountFor(project, given.mount),
    }),
  };
}

/**
 * What `mount` has to be: an application that has been built for a prefix expects it in every URL, and none is to be taken off.
 *
 * @param mount the prefix that it is to be served at, where that is said
 * @throws RunnerError where it has been built for another one
 */
export function mountFor(
  { basePath, file, framework }: Project,
  mount: string | undefined,
): string | undefined {
  if (basePath === undefined || (basePath === '/' && mount === undefined)) return mount;
  if (mount !== undefined && ![basePath, '/'].includes(basePathOf(mount))) {
    throw optionError(
      `--mount ${mount}: ${framework} has built ${file} for the prefix ${basePath}, and its links lead there. Build it for ${mount}, or serve it at ${basePath}.`,
    );
  }
  return '/';
}
