import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FcgiOptionError } from '@fcgi-js/protocol/options';
import type { FcgiResponse } from '../fcgi-response.ts';
import type { RequestFacts } from '../params-from-request.ts';
import { GatewayRefusal } from './failure-page.ts';
import { fileAnswer } from './file-answer.ts';
import type { GatewayAnswer } from './gateway-answer.ts';
import { discard } from './http-answer.ts';

/** The fields by which applications have a file sent in their place. */
const BY_URL = 'x-accel-redirect';
const BY_PATH = 'x-sendfile';

/** A folder, and the prefix of the URLs that X-Accel-Redirect names its files by. */
interface Root {
  readonly folder: string;
  readonly prefix: string;
}

/** The folders whose files an application may have sent in its place. */
export class FileRoots {
  readonly #roots: readonly Root[];

  /**
   * @param folders absolute path by prefix, such as `{ '/files/': '/srv/files' }`
   * @throws FcgiOptionError where a prefix does not begin and end with a slash, or a path is not absolute
   */
  constructor(folders: Readonly<Record<string, string>>) {
    this.#roots = Object.entries(folders).map(([prefix, folder]) => {
      if (!/^\/(?:[^/]+\/)*$/.test(prefix)) {
        throw new FcgiOptionError(
          `A prefix of files must begin and end with a slash, but it is ${JSON.stringify(prefix)}.`,
        );
      }
      if (typeof folder !== 'string' || resolve(folder) !== folder) {
        throw new FcgiOptionError(
          `A folder of files must be an absolute path, but it is ${JSON.stringify(folder)}.`,
        );
      }
      return { folder, prefix };
    });
  }

  /**
   * What the HTTP client gets: the response itself, or the file that it names.
   *
   * @throws GatewayRefusal 404 where there is no such file, 502 where it lies outside the folders
   */
  async answer(response: FcgiResponse, facts: RequestFacts): Promise<GatewayAnswer> {
    if (this.#roots.length === 0) return response;
    const url = response.header(BY_URL);
    const path = response.header(BY_PATH);
    if (url === undefined && path === undefined) return response;
    await discard(response.body);
    const [root, names] = url === undefined ? this.#byPath(path ?? '') : this.#byUrl(url);
    const file = await openBelow(root, names);
    try {
      const headers = response.headers.filter(
        ([name]) => !/^(?:content-length|x-accel-.*|x-sendfile)$/i.test(name),
      );
      return await fileAnswer(
        file,
        await file.stat(),
        { headers, reason: response.reason, status: response.status },
        facts,
      );
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  #byUrl(url: string): [root: Root, names: readonly string[]] {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    const [root, length] = this.#longest(segments, ({ prefix }) => prefix.slice(0, -1).split('/'));
    return [root, checkNames(segments.slice(length).map(decodeSegment))];
  }

  #byPath(path: string): [root: Root, names: readonly string[]] {
    const segments = path.split('/').map(decodeSegment);
    const [root, length] = this.#longest(segments, ({ folder }) => folder.replace(/\/$/, '').split('/'));
    return [root, checkNames(segments.slice(length))];
  }

  /** The root whose segments a path begins with, the one with the most of them, and how many they are. */
  #longest(
    path: ReadonlyArray<string | undefined>,
    segmentsOf: (root: Root) => string[],
  ): [root: Root, length: number] {
    let found: Root | undefined;
    let length = 0;
    for (const root of this.#roots) {
      const segments = segmentsOf(root);
      if (segments.length > length && segments.every((segment, index) => segment === path[index])) {
        found = root;
        length = segments.length;
      }
    }
    if (found === undefined) throw outside();
    return [found, length];
  }
}

/** What lies below a root: at least one name, and nothing that leads elsewhere. */
function checkNames(segments: ReadonlyArray<string | undefined>): readonly string[] {
  if (segments.length === 0 || !segments.every(isName)) throw outside();
  return segments;
}

/** A segment of a path; undefined where it is encoded in a way that could mean something else. */
function decodeSegment(segment: string): string | undefined {
  // The bytes as they came, each one character, and file names are UTF-8.
  const text = Buffer.from(segment, 'latin1').toString();
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isName(segment: string | undefined): segment is string {
  return (
    segment !== undefined && segment !== '' && segment !== '.' && segment !== '..' && !/[/\\\0]/.test(segment)
  );
}

/** Opens a file, if the way to it from the root has no symbolic link in it. */
async function openBelow(root: Root, names: readonly string[]): Promise<FileHandle> {
  const path = join(await realpath(root.folder), ...names);
  const file = await openFile(path);
  try {
    const opened = await file.stat();
    if (!opened.isFile()) throw notThere();
    // What was opened is what stands there, and the way there is what it seems to be.
    const real = await realpath(path);
    const named = await lstat(path);
    if (real !== path || named.dev !== opened.dev || named.ino !== opened.ino) throw outside();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK a FIFO would be waited for.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') throw notThere();
    if (code === 'ELOOP') throw outside();
    throw error;
  }
}

function outside(): GatewayRefusal {
  return new GatewayRefusal(
    502,
    'The application named a file that is not below one of the folders for files.',
  );
}

function notThere(): GatewayRefusal {
  return new GatewayRefusal(404, 'The application named a file that is not there.');
}
