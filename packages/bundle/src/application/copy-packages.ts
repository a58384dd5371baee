import { cpSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findPackage, readPackage } from './packages.ts';

/** A package to be copied: its name, and the folder that it is found from. */
export interface WantedPackage {
  readonly from: string;
  readonly name: string;
}

/** What is copied, and what of it. */
export interface CopyTask {
  /** The folder in whose `node_modules` they are put. */
  readonly place: string;
  /** Those of which only what is used is copied: the folders of all packages that a bundler has found, with links followed. */
  readonly traced?: { readonly packages: readonly WantedPackage[]; readonly used: ReadonlySet<string> };
  /** Those that are copied with all that they depend on. */
  readonly whole: readonly WantedPackage[];
}

/**
 * Copies packages with what they depend on into `node_modules` of a folder. Where two versions of one are needed, the second lies in
 * `node_modules` of what needs it. What is optional and not installed is left out.
 *
 * @returns the names of those that are not installed
 */
export function copyPackages({ place, traced, whole }: CopyTask): string[] {
  const copied = new Map<string, string>();
  const missing: string[] = [];

  /** The folder in which a package is seen from another folder within the place. */
  const seenFrom = (folder: string, name: string): string | undefined => {
    const candidate = join(folder, 'node_modules', name);
    if (copied.has(candidate)) return candidate;
    return folder === place ? undefined : seenFrom(parentOf(folder), name);
  };

  const copy = (name: string, source: string, user: string, used?: ReadonlySet<string>): void => {
    const seen = seenFrom(user, name);
    if (seen !== undefined && copied.get(seen) === source) return;
    const target = join(seen === undefined ? place : user, 'node_modules', name);
    copied.set(target, source);
    if (!existsSync(target)) {
      const own = join(source, 'node_modules');
      cpSync(source, target, { recursive: true, dereference: true, filter: (path) => path !== own });
    }
    const manifest = readPackage(source);
    const dependencies = manifest?.dependencies ?? [];
    for (const dependency of [...dependencies, ...(manifest?.optional ?? [])]) {
      const found = findPackage(dependency, source);
      if (found === undefined) {
        if (dependencies.includes(dependency) && used === undefined) missing.push(dependency);
      } else if (used === undefined || used.has(found)) copy(dependency, found, target, used);
    }
  };

  const copyAll = (packages: readonly WantedPackage[], used?: ReadonlySet<string>) => {
    for (const { from, name } of packages) {
      const source = findPackage(name, from);
      if (source === undefined) missing.push(name);
      else copy(name, source, place, used);
    }
  };

  copyAll(whole);
  if (traced !== undefined) copyAll(traced.packages, traced.used);
  return [...new Set(missing)];
}

/** The folder whose `node_modules` a package lies in. */
function parentOf(folder: string): string {
  const above = dirname(folder);
  return basename(above) === 'node_modules' ? dirname(above) : parentOf(above);
}
