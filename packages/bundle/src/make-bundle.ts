import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { findApplication, mountFor } from '@fcgi-js/runner/process';
import { bundleApplication } from './application/bundle-application.ts';
import { copyBuild, isBuild } from './application/copy-build.ts';
import { nativePlatform } from './application/native-platform.ts';
import { readPackage } from './application/packages.ts';
import { defined } from './defined.ts';
import { invalidBundle } from './errors.ts';
import { type BundleFacts, FACTS, type NativeModule } from './facts.ts';
import { APP_FOLDER, HTACCESS, KIT_FOLDER } from './kit/layout.ts';
import { makeKit } from './kit/make-kit.ts';
import { neededNode } from './needed-node.ts';
import { type BundleOptions, checkOptions, KEPT_RELEASES } from './options.ts';
import { activateRelease, CURRENT, RELEASES } from './release/activate-release.ts';
import { block } from './release/htaccess-block.ts';
import { releaseName } from './release/release-name.ts';
import { allFiles, setModes } from './tree.ts';
import { writeHtaccess } from './write-htaccess.ts';

/** What has been made. */
export interface Bundle {
  /** Bytes of all its files. */
  readonly bytes: number;
  /** The folder of the bundle; of the release, where it is one. */
  readonly folder: string;
  /** How many files it has. */
  readonly files: number;
  readonly natives: readonly NativeModule[];
  /** The oldest Node that it runs on: `20.19.0`. */
  readonly node: string;
  /** What cannot be seen from outside, and may need an option: dynamic imports, files that are read at run time. */
  readonly notes: readonly string[];
  /** The name of the release; undefined without `release`. */
  readonly release?: string;
  /** Releases that were removed, as there are newer ones. */
  readonly removed: readonly string[];
}

/**
 * Makes one folder of an application for a host that has Apache with mod_fcgid and Node, and neither npm nor a compiler. The folder is made
 * beside its place and moved there when it is complete.
 *
 * @throws BundleError where options make no sense, or the application cannot be bundled; RunnerError where there is no application, or its
 *   framework has not built it
 */
export async function makeBundle(options: BundleOptions): Promise<Bundle> {
  checkOptions(options);
  const { cwd, external = [], home, include = [], node: hostNode, sourceMaps = false } = options;
  const output = resolve(cwd, options.output);
  const project = findApplication(options.app, cwd);
  const mount = options.mount ?? project.basePath ?? '/';
  mountFor(project, mount);
  const root = project.folder ?? nearestProject(dirname(project.file));
  const isTaken = (name: string) => existsSync(join(output, RELEASES, name));
  const release = options.release === true ? releaseName(new Date(), isTaken) : undefined;
  const place = release === undefined ? output : join(output, RELEASES, release);
  checkPlace(output, release);
  mkdirSync(dirname(place), { recursive: true });
  const folder = mkdtempSync(`${place}.`);
  try {
    const target = join(folder, APP_FOLDER);
    mkdirSync(target);
    mkdirSync(join(folder, KIT_FOLDER));
    const task = { external, project, root, target };
    const placed = isBuild(project)
      ? await copyBuild(task)
      : await bundleApplication({ ...task, include, sourceMaps });
    const lines = writeHtaccess({ cwd, folder, mount, options, placed, project });
    if (release === undefined) writeFileSync(join(folder, '.htaccess'), lines);
    else writeFileSync(join(folder, HTACCESS), block(lines));
    const node = neededNode(readPackage(root)?.engines);
    await makeKit({ folder, host: { home, node: hostNode }, node, release });
    const facts = writeFacts(folder, placed.app, node);
    setModes(folder);
    const earlier = `${place}.${process.pid}.old`;
    if (existsSync(place)) renameSync(place, earlier);
    renameSync(folder, place);
    rmSync(earlier, { force: true, recursive: true });
    const removed =
      release === undefined ? [] : activateRelease(place, options.keep ?? KEPT_RELEASES).removed;
    if (release !== undefined) chmodSync(output, 0o755);
    const sizes = Object.values(facts.files);
    return {
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      files: sizes.length,
      folder: place,
      natives: facts.natives,
      node,
      notes: placed.notes,
      removed,
      ...defined({ release }),
    };
  } finally {
    rmSync(folder, { force: true, recursive: true });
  }
}

/** @throws BundleError where something else is in the place, which would be lost */
function checkPlace(output: string, release: string | undefined): void {
  if (!existsSync(output)) return;
  if (!statSync(output).isDirectory()) throw invalidBundle(`-o ${output}: is a file.`);
  const names = readdirSync(output);
  const isReleases = names.includes(RELEASES) && names.includes(CURRENT);
  if (release !== undefined && existsSync(join(output, FACTS)))
    throw invalidBundle(`-o ${output}: is a bundle without releases. Name another folder, or remove it.`);
  if (release === undefined && names.length > 0 && (isReleases || !existsSync(join(output, FACTS))))
    throw invalidBundle(
      `-o ${output}: has other files, which would be lost. Name an empty folder, or a new one.`,
    );
}

/** The folder of the nearest `package.json`, or that of the file itself. */
function nearestProject(folder: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, 'package.json'))) return each;
    if (dirname(each) === each) return folder;
  }
}

function writeFacts(folder: string, app: string, node: string): BundleFacts {
  const paths = allFiles(folder);
  const natives = paths
    .filter((path) => basename(path).endsWith('.node'))
    .map((file) => ({ file, platform: nativePlatform(join(folder, file)) }));
  const files = Object.fromEntries(paths.map((path) => [path, statSync(join(folder, path)).size]));
  const facts = { app, files, natives, node };
  writeFileSync(join(folder, FACTS), `${JSON.stringify(facts)}\n`);
  return facts;
}
