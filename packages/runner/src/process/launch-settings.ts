import { statSync } from 'node:fs';
import type { ListenOptions } from '@fcgi-js/server';
import { defined } from '../defined.ts';
import { optionError } from '../errors.ts';
import type { RunOptions } from '../options/run-options.ts';
import { inheritedEnvironment, readEnvFiles, replaceEnvironment } from './environment.ts';
import { become, findIdentity, type Identity } from './identity.ts';

/** What a process takes on itself, when it has been started with the rest. */
export interface LateSettings {
  /** Whom the application runs as; undefined for who runs this process. */
  readonly identity: Identity | undefined;
  /**
   * What is added to its environment when it has become another user. Until then it is root, and what is said by a
   * file that others may write, `NODE_OPTIONS` for one, is not for root.
   */
  readonly later: Readonly<Record<string, string>>;
}

/** What the process of an application is launched with. */
export interface LaunchSettings extends LateSettings {
  /** Its environment, as far as it is there from the start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Its working directory; undefined for that of this process. */
  readonly folder: string | undefined;
}

/**
 * Looks at the options that are about the process.
 *
 * @param assigned what the application's own start script adds to its environment
 * @throws RunnerError where they cannot be followed
 */
export function readLaunchSettings(
  { chdir, cleanEnv, environmentFile, group, user }: RunOptions,
  assigned: Readonly<Record<string, string>>,
): LaunchSettings {
  if (
    chdir !== undefined &&
    statSync(chdir, { bigint: true, throwIfNoEntry: false })?.isDirectory() !== true
  ) {
    throw optionError(`--chdir: There is no folder ${chdir}.`);
  }
  const identity = findIdentity(user, group);
  const inherited = inheritedEnvironment(process.env, cleanEnv === true, identity);
  const file = readEnvFiles(environmentFile ?? [], identity?.uid);
  const kept = Object.entries(file).filter(([name]) => !(name in inherited));
  const added = { ...Object.fromEntries(kept), ...assigned };
  const isLater = identity !== undefined;
  return {
    environment: isLater ? inherited : { ...inherited, ...added },
    folder: chdir,
    identity,
    later: isLater ? added : {},
  };
}

/** How the socket is opened. Unless told otherwise it belongs to who accepts on it, for a web server in their group. */
export function socketOptions(
  { allow, backlog, socketGroup, socketMode, socketOwner }: RunOptions,
  { identity }: LaunchSettings,
): ListenOptions & { readonly allow?: readonly string[] } {
  const group = socketGroup ?? identity?.gid;
  const owner = socketOwner ?? identity?.uid;
  return defined({ allow, backlog, group, mode: socketMode, owner });
}

/** Makes them those of this process, which is about to load the application. */
export function applyLaunchSettings({ environment, folder, identity, later }: LaunchSettings): void {
  replaceEnvironment(environment);
  if (folder !== undefined) process.chdir(folder);
  applyLateSettings({ identity, later });
}

/** Takes on the rest, in a process that was launched with these settings. */
export function applyLateSettings({ identity, later }: LateSettings): void {
  if (identity !== undefined) become(identity);
  Object.assign(process.env, later);
}
