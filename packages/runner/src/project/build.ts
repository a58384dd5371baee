/** Files of a build that a web server can send itself. */
export interface StaticFolder {
  /** The path below which they are asked for, after the base path, without a slash at its end. */
  readonly prefix: string;
  /** Where they are, absolute. */
  readonly folder: string;
}

/** What a framework has built. */
export interface Build {
  /** A file that each build writes anew. */
  readonly made: string;
  /** What is run, absolute; undefined where a program of the project's own serves the build. */
  readonly file: string | undefined;
  readonly args?: readonly string[];
  /** The prefix that it has been built for, `/` for none; undefined where the build does not say it. */
  readonly basePath: string | undefined;
  /** Files whose names change with what is in them, so that browsers may keep them for ever. */
  readonly statics: readonly StaticFolder[];
  /** What its server cannot do by itself. */
  readonly warning?: string;
}

/** A framework whose applications are built before they are run. */
export interface Framework {
  readonly title: string;
  /** Packages of which a project depends on one. */
  readonly packages: readonly string[];
  /** Folders and files of a project that a build is made of, as far as there are any. */
  readonly sources: readonly string[];
  /**
   * What has been built in a folder: that of a project, or that of the build itself, as it is copied to a host.
   *
   * @param dependencies of its `package.json`
   */
  read(folder: string, dependencies: ReadonlySet<string>): Build | undefined;
}

/** A prefix as builds have it, `/shop/` or an empty text, without a slash at its end; `/` for none. */
export function basePathOf(text: string): string {
  return text.replace(/\/$/, '') || '/';
}
