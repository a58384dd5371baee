import { resolve } from 'node:path';
import { RunnerError } from '../errors.ts';
import type { Build, Framework, StaticFolder } from './build.ts';
import { newerSource } from './build-age.ts';
import { frameworks } from './frameworks.ts';
import { type Manifest, readManifest, scriptCommand } from './manifest.ts';
import { findFile, isFolder } from './paths.ts';
import { type OtherScript, readScript, type StartedProgram } from './start-script.ts';

/** What a folder has to be served. */
export interface Project {
  /** The file that is run, absolute. */
  readonly file: string;
  readonly args: readonly string[];
  /** The prefix that it has been built for, `/` for none; undefined where that is not known. */
  readonly basePath: string | undefined;
  /** What its start script adds to the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files whose variables its start script adds, absolute. */
  readonly environmentFiles: readonly string[];
  /** Where it is to run; undefined for wherever it is started. */
  readonly folder: string | undefined;
  /** What it is made with, where that is known. */
  readonly framework: string | undefined;
  /** Modules that are loaded before the file, as its start script names them: by `--require` and `--import` of Node. */
  readonly preload: readonly string[];
  /** What the web server can send itself. */
  readonly statics: readonly StaticFolder[];
  /** What is wrong with it, though it can be run. */
  readonly warnings: readonly string[];
}

/** In this order: `start` of Nest starts its compiler, and `start:prod` what that has made. */
const SCRIPTS = ['start:prod', 'start'];

/**
 * What is to be run in a folder: what its start script names, what its framework has built, `main` of its `package.json`, or
 * `index`.
 *
 * @throws RunnerError `FCGI_BUILD_MISSING` where it has not been built, `FCGI_MANIFEST_UNREADABLE`, and `FCGI_APPLICATION_MISSING`
 *   where there is nothing to be run
 */
export function readProject(folder: string): Project {
  const manifest = readManifest(folder);
  const { build, framework } = readBuild(folder, manifest);
  const common = {
    basePath: build?.basePath,
    environment: {},
    environmentFiles: [],
    framework: framework?.title,
    preload: [],
    statics: (build?.statics ?? []).filter(({ folder: place }) => isFolder(place)),
    warnings: framework && build ? warningsOf(folder, framework, build) : [],
  };
  const script = manifest && scriptOf(folder, manifest);
  const program = script?.kind === 'program' ? script : undefined;
  const named = program?.isNamed ? entryOf(folder, program.file) : undefined;
  if (program !== undefined && named !== undefined) return started(folder, common, program, named);
  if (build?.file !== undefined) return { ...common, file: build.file, args: build.args ?? [], folder };
  checkBuilt(folder, manifest, framework, program);
  const file = entryOf(folder, '.');
  if (file !== undefined) return { ...common, file, args: [], folder: undefined };
  if (program?.isNamed === false) return started(folder, common, program, program.file);
  throw new RunnerError('FCGI_APPLICATION_MISSING', whyNone(folder, script));
}

/** What `node PATH` runs: a file, or `main` or `index` of a folder. */
function entryOf(folder: string, path: string): string | undefined {
  const place = resolve(folder, path);
  const file = findFile(place);
  if (file !== undefined || !isFolder(place)) return file;
  const { main } = readManifest(place) ?? {};
  const candidates = main === undefined ? [] : [resolve(place, main), resolve(place, main, 'index')];
  return [...candidates, resolve(place, 'index')].map(findFile).find((each) => each !== undefined);
}

function started(
  folder: string,
  common: Omit<Project, 'args' | 'file' | 'folder'>,
  { args, environment, environmentFiles, preload }: StartedProgram,
  file: string,
): Project {
  const files = environmentFiles.map((each) => resolve(folder, each));
  return { ...common, file, args, environment, environmentFiles: files, folder, preload };
}

function readBuild(
  folder: string,
  manifest: Manifest | undefined,
): { build: Build | undefined; framework: Framework | undefined } {
  const dependencies = manifest?.dependencies ?? new Set();
  for (const framework of frameworks) {
    const build = readBuildOf(framework, folder, dependencies);
    if (build !== undefined) return { build, framework };
  }
  const isOf = ({ packages }: Framework) => packages.some((name) => dependencies.has(name));
  return { build: undefined, framework: frameworks.find(isOf) };
}

/** @throws RunnerError where its files are broken off, as by a build that is under way */
function readBuildOf(
  framework: Framework,
  folder: string,
  dependencies: ReadonlySet<string>,
): Build | undefined {
  try {
    return framework.read(folder, dependencies);
  } catch (error) {
    throw new RunnerError(
      'FCGI_BUILD_MISSING',
      `${folder} has a build of ${framework.title} that cannot be read: ${(error as Error).message}. Build it again with ${scriptCommand(folder, 'build')}`,
    );
  }
}

function warningsOf(folder: string, { sources, title }: Framework, { made, warning }: Build): string[] {
  const warnings = warning === undefined ? [] : [warning];
  const newer = newerSource(folder, sources, made);
  if (newer === undefined) return warnings;
  return [
    ...warnings,
    `the build of ${title} is older than ${newer}, and is served as it is: build it again with ${scriptCommand(folder, 'build')}`,
  ];
}

function scriptOf(folder: string, manifest: Manifest): OtherScript | StartedProgram | undefined {
  const name = SCRIPTS.find((each) => each in manifest.scripts);
  return name === undefined ? undefined : readScript(folder, manifest, name);
}

/** @throws RunnerError where what is to be run has not been built */
function checkBuilt(
  folder: string,
  manifest: Manifest | undefined,
  framework: Framework | undefined,
  program: StartedProgram | undefined,
): void {
  if (manifest?.scripts['build'] === undefined) return;
  const command = scriptCommand(folder, 'build');
  if (program?.isNamed) {
    throw new RunnerError(
      'FCGI_BUILD_MISSING',
      `${folder} has no ${program.file}, which the start script of its package.json names: build it first with ${command}`,
    );
  }
  if (framework !== undefined) {
    throw new RunnerError(
      'FCGI_BUILD_MISSING',
      `${folder} has no build of ${framework.title} that can be run: build it first with ${command}`,
    );
  }
}

function whyNone(folder: string, script: OtherScript | StartedProgram | undefined): string {
  const none = `There is no application in ${folder}: neither a start script that runs a file, nor a build of a framework, nor "main" of a package.json, nor an index file. Name its file.`;
  return script?.kind === 'other' ? `${none} What starts it otherwise: ${script.reason}.` : none;
}
