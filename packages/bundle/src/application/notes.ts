import { join, relative, resolve } from 'node:path';
import type { Project } from '@fcgi-js/runner';
import type { Message } from 'esbuild';
import { APP_FOLDER } from '../kit/layout.ts';
import { shellWord } from '../kit/shell-word.ts';
import type { OutsidePackages } from './outside-packages.ts';
import { packageFolder, readPackage } from './packages.ts';
import { type NamedPath, unreachable } from './reading-notes.ts';

/** What is known of an application when it has been bundled. */
export interface BundledApplication {
  readonly external: readonly string[];
  /** Files of the project that were included. */
  readonly included: readonly string[];
  /** The modules in the bundle, relative to the project. */
  readonly inputs: ReadonlySet<string>;
  /** What its own modules name in quotes. */
  readonly named: readonly NamedPath[];
  readonly outside: OutsidePackages;
  readonly project: Project;
  readonly root: string;
  /** Loads that the bundler could not follow. */
  readonly unseen: readonly Message[];
}

/** What the developer of an application should know: what a bundler cannot see, each with the option that helps. */
export function notesOf(application: BundledApplication): string[] {
  const { included, inputs, named, outside, project, root, unseen } = application;
  const present = new Set([...inputs, ...included]);
  return [
    ...new Set(unseen.map((message) => unseenNote(message, root))),
    ...unreachable(named, root, present).map(
      ({ path, where }) =>
        `${where} names ${path}, which is not in the bundle. Where it is read at run time: --include ${shellWord(path)}`,
    ),
    ...project.preload.map(
      (name) => `${name} is bundled apart from the application: a module that both import is there twice`,
    ),
    ...project.environmentFiles.map((file) => {
      const place = relative(root, file);
      return `${place} is not in the bundle, as it may have secrets: put it into ${join(APP_FOLDER, place)} on the host`;
    }),
    ...project.warnings,
    ...missingNotes([...outside.missing]),
    ...(unseen.length > 0 ? unusedNotes(application) : []),
  ];
}

function unseenNote({ location }: Message, root: string): string {
  const where = location === null ? 'A module' : `${shownPlace(location.file, root)}:${location.line}`;
  return `${where} loads a module whose name it makes at run time. Where that is a package: --external NAME; where it is a file: --include FILE`;
}

/** By the name of the package, wherever its files are kept. */
function shownPlace(path: string, root: string): string {
  const at = path.lastIndexOf('node_modules/');
  return at === -1 ? relative(root, resolve(root, path)) : path.slice(at + 'node_modules/'.length);
}

function missingNotes(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `Not installed here, and so not in the bundle: ${names.toSorted().join(', ')}. What asks for them has to do without, as it does here`,
  ];
}

/** What a project depends on and no module names: it may be loaded by a name made at run time, as view engines are. */
function unusedNotes({ external, inputs, outside, root }: BundledApplication): string[] {
  const folders = [...inputs].map((path) => packageFolder(`/${path}`) ?? '');
  const bundled = folders.map((folder) =>
    folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
  );
  const used = new Set([...external, ...outside.copied.map(({ name }) => name), ...bundled]);
  const unused = (readPackage(root)?.dependencies ?? []).filter(
    (name) => !used.has(name) && !name.startsWith('@types/'),
  );
  if (unused.length === 0) return [];
  return [
    `No module names ${unused.join(', ')}, which package.json has among its dependencies. Where it is loaded at run time: ${unused.map((name) => `--external ${name}`).join(' ')}`,
  ];
}
