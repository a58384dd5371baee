import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../application/packages.ts';
import type { NativeModule } from '../facts.ts';
import { bad, type Finding, good } from './finding.ts';

const LOAD = 'process.dlopen({ exports: {} }, process.argv[1])';

/**
 * Whether native modules can be loaded here. A package may have one for each of several platforms, of which one has to.
 *
 * @param folder the bundle
 */
export async function checkNatives(folder: string, natives: readonly NativeModule[]): Promise<Finding[]> {
  const packages = grouped(natives);
  const here = `${process.platform}-${process.arch}`;
  return Promise.all(
    [...packages].map(async ([owner, modules]) => {
      const fitting = modules.filter(({ platform }) => platform === here);
      const platforms = [...new Set(modules.map(({ platform }) => platform))].join(', ');
      if (fitting.length === 0)
        return bad(
          `${owner} has native modules for ${platforms}, and this host is ${here}: make the bundle on such a machine.`,
        );
      const failures = await Promise.all(fitting.map(({ file }) => failureOf(join(folder, file))));
      if (failures.includes(undefined)) return good(`${owner}: its native module can be loaded.`);
      return bad(
        `${owner}: its native module cannot be loaded by this Node: ${failures[0]}. Make the bundle with Node ${process.versions.node}, on a system that is no newer than this one.`,
      );
    }),
  );
}

function grouped(natives: readonly NativeModule[]): Map<string, NativeModule[]> {
  const groups = new Map<string, NativeModule[]>();
  for (const native of natives) groups.set(ownerOf(native), [...(groups.get(ownerOf(native)) ?? []), native]);
  return groups;
}

/** The package of a native module; its folder where it is in none. */
function ownerOf({ file }: NativeModule): string {
  const folder = packageFolder(`/${file}`);
  return folder === undefined
    ? dirname(file)
    : folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Loaded in a process of its own, as one that fails may end it. */
async function failureOf(file: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(process.execPath, ['-e', LOAD, file]);
    return undefined;
  } catch (error) {
    const { message, stderr } = error as Error & { readonly stderr?: string };
    return /^Error: (.*)$/m.exec(stderr ?? '')?.[1] ?? message;
  }
}
