import { cpSync, existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Project } from '@fcgi-js/runner';
import { failedBundle, invalidBundle } from '../errors.ts';
import { copyPackages } from './copy-packages.ts';
import { readPackage } from './packages.ts';
import { type TracedPackages, tracePackages } from './trace-packages.ts';

/** A build of a framework, which has bundled the application already. */
export interface BuildTask {
  /** Packages that are copied beside those that the build names. */
  readonly external: readonly string[];
  readonly project: Project;
  /** The folder of the project. */
  readonly root: string;
  /** The folder that it goes to, which is there. */
  readonly target: string;
}

/** An application in its place. */
export interface PlacedApplication {
  /** The folder that is served, relative to `target`; it is not the same where a project is part of a larger one. */
  readonly app: string;
  /** What its developer should know. */
  readonly notes: readonly string[];
  /** Where a folder of the project is now, relative to `target`; undefined where it is not there. */
  readonly placeOf: (folder: string) => string | undefined;
}

/** A folder that is copied, and where it goes; one that is not there is left out. */
type Copy = readonly [from: string, to: string];

/** What of a framework's build is copied. */
interface BuildLayout {
  readonly copies: readonly Copy[];
  /** Where its packages come from: those of its imports, those of its `package.json`, or they are part of it. */
  readonly packages: 'declared' | 'its own' | 'traced';
  /** The folder that is served, relative to the copy. */
  readonly app?: string;
  /** Whether the `package.json` of the project goes with it. */
  readonly needsManifest: boolean;
}

const LAYOUTS: Readonly<Record<string, (folder: string, file: string) => BuildLayout>> = {
  AdonisJS: (folder) => ({
    copies: [[join(folder, 'build'), '']],
    needsManifest: false,
    packages: 'traced',
  }),
  Astro: (folder) => ({ copies: [[join(folder, 'dist'), '']], needsManifest: false, packages: 'traced' }),
  'Next.js': nextLayout,
  'Nuxt (Nitro)': (folder) => ({
    copies: [[join(folder, '.output'), '']],
    needsManifest: false,
    packages: 'its own',
  }),
  'React Router': (folder) => ({
    copies: [
      [join(folder, 'build'), 'build'],
      [join(folder, 'public'), 'public'],
    ],
    needsManifest: true,
    packages: 'traced',
  }),
  SvelteKit: (folder) => ({
    copies: [[join(folder, 'build'), '']],
    needsManifest: false,
    packages: 'traced',
  }),
};

/** Whether a project is served as its framework has built it; one that has only been compiled is bundled like any other. */
export function isBuild({ framework }: Project): boolean {
  return framework !== undefined && framework in LAYOUTS;
}

/**
 * Copies the build of a framework, with the packages that it needs beside it.
 *
 * @throws BundleError where it is no build that can be copied
 */
export async function copyBuild({ external, project, root, target }: BuildTask): Promise<PlacedApplication> {
  const layout = LAYOUTS[project.framework ?? '']!(root, project.file);
  const { app = '', copies, needsManifest, packages } = layout;
  for (const [from, to] of copies) {
    // Packages are found by links in a standalone output that pnpm has installed.
    if (existsSync(from)) cpSync(from, join(target, to), { recursive: true, verbatimSymlinks: true });
  }
  if (needsManifest) cpSync(join(root, 'package.json'), join(target, 'package.json'));
  else if (packages !== 'its own' && !existsSync(join(target, 'package.json'))) {
    writeFileSync(
      join(target, 'package.json'),
      `${JSON.stringify({ private: true, type: 'module' }, undefined, 2)}\n`,
    );
  }
  const { traced, whole } = await packagesFor(project, root, packages);
  const named = external.map((name) => ({ from: root, name }));
  const missing = copyPackages({ place: target, traced, whole: [...named, ...whole] });
  const unknown = missing.filter((name) => external.includes(name));
  if (unknown.length > 0) throw invalidBundle(`--external ${unknown.join(', ')}: not installed in ${root}.`);
  const isLinked = hasLinks(target);
  return {
    app,
    notes: [
      ...project.warnings.filter((warning) => !warning.startsWith('Next.js leaves')),
      ...(isLinked
        ? ['It has symbolic links, which FTP does not carry: upload it with rsync, or as an archive of tar']
        : []),
    ],
    placeOf: (folder) => {
      // The last one first: a folder of a standalone output is within that.
      const found = copies.findLast(([from]) => `${folder}/`.startsWith(`${from}/`));
      return found === undefined ? undefined : join(found[1], relative(found[0], folder));
    },
  };
}

/** The standalone output, which is whole with its static files. */
function nextLayout(folder: string, file: string): BuildLayout {
  const standalone = join(folder, '.next/standalone');
  if (!file.startsWith(`${standalone}/`)) {
    throw failedBundle(
      `${folder} has a build of Next.js that needs its packages. Set output: 'standalone' in next.config, and build it again.`,
    );
  }
  const app = dirname(file).slice(standalone.length + 1);
  return {
    app,
    copies: [
      [standalone, ''],
      [join(folder, '.next/static'), join(app, '.next/static')],
      [join(folder, 'public'), join(app, 'public')],
    ],
    needsManifest: false,
    packages: 'its own',
  };
}

/** What a build needs beside itself. */
async function packagesFor(
  { file, args }: Project,
  root: string,
  need: BuildLayout['packages'],
): Promise<TracedPackages> {
  const none = { traced: { packages: [], used: new Set<string>() }, whole: [] };
  switch (need) {
    case 'declared':
      return {
        ...none,
        whole: (readPackage(root)?.dependencies ?? []).map((name) => ({ from: root, name })),
      };
    case 'its own':
      return none;
    case 'traced':
      return tracePackages([file, ...args.filter((path) => existsSync(path))], root);
  }
}

function hasLinks(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) =>
    lstatSync(join(folder, path)).isSymbolicLink(),
  );
}
