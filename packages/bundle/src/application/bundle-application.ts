import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { Project } from '@fcgi-js/runner';
import type { Message, Metafile } from 'esbuild';
import { failedBundle, invalidBundle } from '../errors.ts';
import { shellWord } from '../kit/shell-word.ts';
import type { PlacedApplication } from './copy-build.ts';
import { copyPackages } from './copy-packages.ts';
import { entryFormat } from './entry-format.ts';
import { filesLike } from './glob.ts';
import { notesOf } from './notes.ts';
import { type OutsidePackages, outsidePackages } from './outside-packages.ts';
import { BANNER_OF_COMMONJS, BANNER_OF_MODULE, ownPlace } from './own-place.ts';
import { packageFolder, readPackage } from './packages.ts';
import { type NamedPath, namedPaths } from './reading-notes.ts';

/** An application and where it goes. */
export interface ApplicationTask {
  readonly external: readonly string[];
  readonly include: readonly string[];
  readonly project: Project;
  /** The folder of its `package.json`, or of its file. */
  readonly root: string;
  readonly sourceMaps: boolean;
  /** The folder that it goes to, which is there. */
  readonly target: string;
}

/** What a bundler does not see, by esbuild's names. */
const UNSEEN = ['indirect-require', 'unsupported-dynamic-import', 'unsupported-require-call'] as const;

/**
 * Bundles an application with its dependencies into one file, beside which lie what is included and the packages that cannot be
 * bundled.
 *
 * @throws BundleError where it cannot be bundled, or what is to be included is not there
 */
export async function bundleApplication(task: ApplicationTask): Promise<PlacedApplication> {
  const { external, project, root, target } = task;
  const { build, transform } = await import('esbuild');
  const format = entryFormat(project.file);
  const entries = [project.file, ...project.preload.map((name) => preloadFile(name, root))];
  const named: NamedPath[] = [];
  const outside: OutsidePackages = { copied: [], missing: new Set() };
  const outputs = entries.map((file) =>
    outputOf(file, root, file === project.file ? format : entryFormat(file)),
  );
  const unseen: Message[] = [];
  const inputs = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const output = outputs[index]!;
    const isModule = output.endsWith('.mjs');
    try {
      const { metafile, warnings } = await build({
        absWorkingDir: root,
        banner: { js: isModule ? BANNER_OF_MODULE : BANNER_OF_COMMONJS },
        bundle: true,
        entryPoints: [entry],
        format: isModule ? 'esm' : 'cjs',
        loader: { '.node': 'copy' },
        logLevel: 'silent',
        logOverride: Object.fromEntries(UNSEEN.map((id) => [id, 'warning'])),
        metafile: true,
        // Names stay: of classes in logs, of functions in stacks.
        minifySyntax: true,
        minifyWhitespace: true,
        outfile: join(target, output),
        platform: 'node',
        plugins: [
          outsidePackages(external, outside),
          ownPlace({
            placeOf: (file) => relative(dirname(output), placeOf(file, root)),
            read: (file, text) => {
              if (packageFolder(file) === undefined) named.push(...namedPaths(file, text, root));
            },
            transform,
          }),
        ],
        sourcemap: task.sourceMaps ? 'linked' : false,
        target: 'node20.19',
      });
      unseen.push(...warnings.filter(isUnseen));
      for (const path of inputsOf(metafile, root)) inputs.add(path);
    } catch (error) {
      throw failedBundle(`${relative(root, entry)} cannot be bundled: ${reasonOf(error)}`, error);
    }
  }
  const included = copyIncluded(task);
  writeStart(task, outputs);
  const missing = copyPackages({
    place: target,
    whole: [...outside.copied, ...external.map((name) => ({ from: root, name }))],
  });
  const unknown = missing.filter((name) => external.includes(name));
  if (unknown.length > 0) throw invalidBundle(`--external ${unknown.join(', ')}: not installed in ${root}.`);
  const notes = notesOf({ external, included, inputs, named, outside, project, root, unseen });
  const placeOfFolder = (folder: string) => {
    const place = relative(root, folder);
    return place.startsWith('..') ? undefined : place;
  };
  return { app: '', notes, placeOf: placeOfFolder };
}

/** A module that the start script names for `--import` or `--require`. */
function preloadFile(name: string, root: string): string {
  try {
    return createRequire(join(root, 'preload')).resolve(name);
  } catch (error) {
    throw failedBundle(
      `The start script loads ${name} beforehand, which is not there: ${reasonOf(error)}`,
      error,
    );
  }
}

/** Where its bundle lies, relative to the application: where it was, with the extension of its format. */
function outputOf(file: string, root: string, format: string): string {
  const place = placeOf(file, root);
  return `${place.slice(0, place.length - extname(place).length)}${format === 'esm' ? '.mjs' : '.cjs'}`;
}

/** Where a module would lie, relative to the application. */
function placeOf(file: string, root: string): string {
  const folder = packageFolder(file);
  if (folder !== undefined) {
    const name = folder.slice(folder.lastIndexOf('/node_modules/') + 1);
    return join(name, relative(folder, file));
  }
  const place = relative(root, file);
  return place.startsWith('..') ? basename(file) : place;
}

function inputsOf({ inputs }: Metafile, root: string): string[] {
  return Object.keys(inputs).map((path) => relative(root, resolve(root, path)));
}

/** @returns the included files, relative to the project */
function copyIncluded({ include, root, target }: ApplicationTask): string[] {
  return include.flatMap((pattern) => {
    const files = filesLike(pattern, root);
    if (files.length === 0) throw invalidBundle(`--include ${pattern}: there is no such file in ${root}.`);
    if (files.some((file) => file.startsWith('..')))
      throw invalidBundle(`--include ${pattern}: lies outside of the project ${root}.`);
    for (const file of files) {
      mkdirSync(dirname(join(target, file)), { recursive: true });
      cpSync(join(root, file), join(target, file), { dereference: true });
    }
    return files;
  });
}

/** The `package.json` by which the runner finds out what is run: as `fcgi run` does in the project. */
function writeStart(
  { project, root, target }: ApplicationTask,
  [entry = '', ...preload]: readonly string[],
): void {
  const words = [
    ...Object.entries(project.environment).map(([name, value]) => `${name}=${shellWord(value)}`),
    'node',
    ...environmentFiles(project, root).map((file) => shellWord(`--env-file-if-exists=${file}`)),
    ...preload.flatMap((file) => ['--import', shellWord(`./${file}`)]),
    shellWord(entry),
    ...project.args.map(shellWord),
  ];
  const name = readPackage(root)?.name;
  const manifest = {
    ...(name === undefined ? {} : { name }),
    private: true,
    scripts: { start: words.join(' ') },
  };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  // esbuild lets a file that begins with #! be run.
  chmodSync(join(target, entry), 0o644);
}

/** The files whose variables the start script adds, relative to the project. */
function environmentFiles({ environmentFiles: files }: Project, root: string): string[] {
  return files.map((file) => relative(root, file));
}

function isUnseen({ id }: Message): boolean {
  return UNSEEN.some((each) => each === id);
}

function reasonOf(error: unknown): string {
  const { errors } = error as { readonly errors?: readonly Message[] };
  if (errors === undefined) return error instanceof Error ? error.message : String(error);
  return errors
    .map(({ location, text }) => (location === null ? text : `${location.file}:${location.line}: ${text}`))
    .join('\n');
}
