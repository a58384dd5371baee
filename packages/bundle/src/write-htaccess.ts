import { cpSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { apacheConfig, ConfigError } from '@fcgi-js/configs';
import type { Project } from '@fcgi-js/runner';
import type { PlacedApplication } from './application/copy-build.ts';
import { invalidBundle } from './errors.ts';
import { APP_FOLDER, PROGRAM } from './kit/layout.ts';
import type { BundleOptions } from './options.ts';
import { CURRENT } from './release/activate-release.ts';

/** What a `.htaccess` is made of. */
export interface HtaccessTask {
  readonly cwd: string;
  /** The bundle. */
  readonly folder: string;
  readonly mount: string;
  readonly options: BundleOptions;
  readonly placed: PlacedApplication;
  readonly project: Project;
}

/** It stands in the text nowhere: a `.htaccess` leads to what is below its own folder. */
const SITE = '/site';

/**
 * Apache redirects a folder's name to the one with a slash, and Next.js redirects that back. Without its redirect, the rewriting rules see the
 * absolute path of the folder.
 */
const WITHOUT_SLASH = `# Next.js has its first page at the prefix without a slash.
DirectorySlash Off
RewriteOptions AllowNoSlash
RewriteRule "^/" "${PROGRAM}/" [END]
`;

/**
 * Puts static files into a bundle, and writes the `.htaccess` that has the web server send them.
 *
 * @returns its lines
 * @throws BundleError where an option is none that a `.htaccess` can have
 */
export function writeHtaccess({ cwd, folder, mount, options, placed, project }: HtaccessTask): string {
  const where = options.release === true ? join(SITE, CURRENT) : SITE;
  const built = project.statics.flatMap(({ folder: from, prefix }) => {
    const place = placed.placeOf(from);
    return place === undefined ? [] : { folder: join(where, APP_FOLDER, place), immutable: true, prefix };
  });
  const named = (options.static ?? []).map(({ folder: given, prefix }) => {
    const from = resolve(cwd, given);
    const place = placed.placeOf(from);
    const inBundle = place === undefined ? join('static', basename(from)) : join(APP_FOLDER, place);
    try {
      cpSync(from, join(folder, inBundle), { dereference: true, recursive: true });
    } catch (error) {
      throw invalidBundle(`--static ${prefix}=${given}: ${(error as Error).message}`);
    }
    return { folder: join(where, inBundle), prefix };
  });
  const statics = [...built, ...named];
  try {
    const lines = apacheConfig({
      app: { command: [join(SITE, PROGRAM)] },
      htaccess: true,
      module: 'fcgid',
      mount,
      ...(statics.length > 0 ? { static: statics } : {}),
    });
    return project.framework === 'Next.js' && mount !== '/' ? WITHOUT_SLASH + lines : lines;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw invalidBundle(`--${error.option.split('.')[0]}: ${error.message}`);
  }
}
