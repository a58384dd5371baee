import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { RunnerError } from '../errors.ts';

/** The folder of a file that root is about to open: what is done in it is done there, whatever happens to its path. */
export interface HeldFolder {
  /** The name of the file in it. */
  readonly name: string;
  /** What the path of a file in it begins with, the slash included. */
  readonly inside: string;
  /** The user that it belongs to. */
  readonly owner: number;
  /**
   * `root`: only root can put a file there. `shared`: others can. `descriptors`: its files are the descriptors of a
   * process, such as that of `/dev/stdout`.
   */
  readonly kind: 'descriptors' | 'root' | 'shared';
  close(): void;
}

/** What {@link holdFolder} does for want of a folder. */
export interface HoldOptions {
  /** Makes the folders that are not there. */
  readonly makeFolders?: boolean;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const WRITABLE_FOR_OTHERS = 0o002n;
const WRITABLE_FOR_GROUP = 0o020n;
const STICKY = 0o1000n;
/** Where Linux has the descriptors of a process as links that cannot be read as such. */
const DESCRIPTORS = /^\/proc\/\d+\/fd$/;

/**
 * Walks to the folder of a file as root, holding each folder open from which the next step is made. A link is followed
 * only where root has made it: the user that the application runs as may own the folder of its logs, and put there a link to
 * any file.
 *
 * @throws RunnerError where the way leads over a link of another user, or through a folder that every user can write
 */
export function holdFolder(path: string, { makeFolders = false }: HoldOptions = {}): HeldFolder {
  const place = new Place();
  let pending = partsOf(resolve(path));
  let links = 0;
  try {
    for (;;) {
      const [name = '.', ...rest] = pending;
      const kind = place.kind();
      if (rest.length === 0 && kind === 'descriptors') return { ...place.held(), kind, name };
      const stats = lstatSync(place.inside + name, { bigint: true, throwIfNoEntry: false });
      if (stats?.isSymbolicLink()) {
        links += 1;
        const target = readlinkSync(place.inside + name);
        checkLink(join(place.path, name), target, stats, links);
        if (target.startsWith('/')) place.goTo('/');
        pending = [...partsOf(target), ...rest];
      } else if (rest.length === 0) return { ...place.held(), kind, name };
      else {
        if (stats === undefined && makeFolders) mkdirSync(place.inside + name);
        place.goTo(name);
        pending = rest;
      }
    }
  } catch (error) {
    place.close();
    throw error;
  }
}

/** A folder that is held open. */
class Place {
  inside = '';
  path = '';
  #fd: number | undefined;
  #stats: BigIntStats;

  constructor() {
    this.#stats = this.goTo('/');
  }

  /** Steps into a folder of this one, or to the root. */
  goTo(name: string): BigIntStats {
    const fd = openSync(name === '/' ? name : this.inside + name, FOLDER);
    this.close();
    this.#fd = fd;
    this.path = name === '/' ? name : resolve(this.path, name);
    this.#stats = fstatSync(fd, { bigint: true });
    this.inside = insideOf(fd, this.path, this.#stats);
    if ((this.#stats.mode & WRITABLE_FOR_OTHERS) !== 0n && (this.#stats.mode & STICKY) === 0n) {
      throw new RunnerError(
        'FCGI_FILE_UNSAFE',
        `root opens no file below ${this.path}, because every user can replace what is in that folder. Take that right away: chmod o-w ${this.path}`,
      );
    }
    return this.#stats;
  }

  kind(): HeldFolder['kind'] {
    if (DESCRIPTORS.test(this.path)) return 'descriptors';
    return isRootsAlone(this.#stats) ? 'root' : 'shared';
  }

  held(): Pick<HeldFolder, 'close' | 'inside' | 'owner'> {
    return { close: () => this.close(), inside: this.inside, owner: Number(this.#stats.uid) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** Whether no user but root can write a file, or what is in a folder. The group of root counts as root. */
export function isRootsAlone({ gid, mode, uid }: BigIntStats): boolean {
  const writable = WRITABLE_FOR_OTHERS | (gid === 0n ? 0n : WRITABLE_FOR_GROUP);
  return uid === 0n && (mode & writable) === 0n;
}

/** By its descriptor, where the system can name files so. Elsewhere by its path, if only root can replace it. */
function insideOf(fd: number, path: string, { ino, uid }: BigIntStats): string {
  const descriptor = `/proc/self/fd/${fd}/`;
  if (statSync(descriptor, { bigint: true, throwIfNoEntry: false })?.ino === ino) return descriptor;
  if (uid === 0n) return path.endsWith('/') ? path : `${path}/`;
  throw new RunnerError(
    'FCGI_FILE_UNSAFE',
    `root opens no file in ${path}, which belongs to user ${uid}, because this system has no /proc. Let the folder belong to root: chown root ${path}`,
  );
}

function checkLink(path: string, target: string, { uid }: BigIntStats, links: number): void {
  if (uid !== 0n) {
    throw new RunnerError(
      'FCGI_FILE_UNSAFE',
      `root does not follow the link ${path} to ${target}, because user ${uid} has made it. Remove it, or let it belong to root: chown -h root ${path}`,
    );
  }
  if (links > MOST_LINKS)
    throw new RunnerError('FCGI_FILE_UNSAFE', `${path} leads through more than ${MOST_LINKS} links.`);
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
