import {
  copyFileSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkFiles } from '../check/check-files.ts';
import { HTACCESS, PROGRAM } from '../kit/layout.ts';
import { readFacts } from '../read-facts.ts';
import { withBlock } from './htaccess-block.ts';

/** The folder of the releases, in that of the site. */
export const RELEASES = 'releases';
/** The link to the release that is served. */
export const CURRENT = 'current';

/** What a switch has done. */
export interface Activation {
  /** The name of the release that is current now. */
  readonly release: string;
  /** The names of the old ones that were removed. */
  readonly removed: readonly string[];
}

/**
 * Switches a site to a release: `current` leads to it, and its program takes the place of the one before, both at once or not at all. Web
 * servers with mod_fcgid look at the inode of the program, which is another one then: they start new processes for the requests that follow.
 *
 * @param release the folder of the release
 * @param keep how many of the newest releases stay, the current one as well; undefined for all
 * @throws Error where not all of its files are there
 */
export function activateRelease(release: string, keep: number | undefined): Activation {
  const [wrong] = checkFiles(release, readFacts(release).files).filter(({ state }) => state === 'bad');
  if (wrong !== undefined) throw new Error(`${release} is not switched to. ${wrong.text}`);
  const name = basename(release);
  const site = dirname(dirname(release));
  // The link first: what the new program starts is the new release.
  replace(join(site, CURRENT), (file) => symlinkSync(join(RELEASES, name), file));
  replace(join(site, '.htaccess'), (file) => {
    const block = readFileSync(join(release, HTACCESS), 'utf8');
    writeFileSync(file, withBlock(readIfThere(join(site, '.htaccess')), block), { mode: 0o644 });
  });
  replace(join(site, PROGRAM), (file) => copyFileSync(join(release, PROGRAM), file));
  return { release: name, removed: keep === undefined ? [] : removeOld(site, keep) };
}

/** Makes a file beside the place, and moves it there: at each moment the place has the old one or the new one. */
function replace(place: string, make: (file: string) => void): void {
  const made = `${place}.${process.pid}`;
  rmSync(made, { force: true });
  make(made);
  renameSync(made, place);
}

/** Names are dates, so that their order is that of time. */
function removeOld(site: string, keep: number): string[] {
  const current = basename(readlinkSync(join(site, CURRENT)));
  const old = readdirSync(join(site, RELEASES))
    .filter((name) => /^\d{8}-\d{6}$/.test(name))
    .sort()
    .reverse()
    .slice(keep)
    .filter((name) => name !== current);
  for (const name of old) rmSync(join(site, RELEASES, name), { recursive: true });
  return old;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
