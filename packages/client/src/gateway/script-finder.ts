import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkOptions, FcgiOptionError, type OptionKinds } from '@fcgi-js/protocol/options';
import {
  decodeTarget,
  parseMount,
  parseTarget,
  percentDecode,
  type SplitPath,
} from '../params/request-target.ts';
import { GatewayRefusal } from './failure-page.ts';

const DEFAULT_SPLIT = '.php';

/** Which script of `documentRoot` a request is for; see `GatewayOptions.script`. */
export interface GatewayScriptOptions {
  /**
   * The file that answers for a folder, and for every path that no file is at.
   *
   * @defaultValue 'index.php'
   */
  readonly index?: string | undefined;
  /**
   * How the name of a script ends, in any case. What follows it in a path is PATH_INFO.
   *
   * @defaultValue '.php'
   */
  readonly split?: string | undefined;
}

/** The params about a script. */
export interface FoundScript extends SplitPath {
  /** SCRIPT_FILENAME. */
  readonly file: string;
}

/** A folder is asked for without the slash at its end, so that relative links in its index would lead elsewhere. */
export class FolderRedirect extends Error {
  /** What the HTTP client is to ask for. */
  readonly location: string;

  constructor(path: string, query: string) {
    super('A folder has a slash at its end.');
    // With two slashes at its beginning it would be a host.
    this.location = `${path.replace(/^[/\\]+/, '/')}/${query === '' ? '' : `?${query}`}`;
  }
}

const SCRIPT_OPTIONS: OptionKinds<GatewayScriptOptions> = {
  index: {
    words: "the name of a file, for example 'index.php'",
    accepts: (value) => typeof value === 'string' && value !== '' && !/[/\\\0]/.test(value),
  },
  split: {
    words: "the end of the names of scripts, for example '.php'",
    accepts: (value) => typeof value === 'string' && /^\.[^/\\\0]+$/.test(value),
  },
};

/**
 * Finds the script of a request among the files of a folder, as web servers do in front of php-fpm: one that the path names, else
 * the index of the folder that it names, else the index of the root (a front controller). What is no file is never asked for:
 * PHP looks for scripts further up the path, and would run an upload such as `/a.jpg/x.php`.
 */
export class ScriptFinder {
  readonly #index: string;
  readonly #mount: string;
  readonly #root: string;
  readonly #split: string;

  /**
   * @param documentRoot an absolute path on this machine
   * @param mount as `ParamsFromRequestOptions.mount`
   * @throws FcgiOptionError where an option is not valid
   */
  constructor(documentRoot: string | undefined, mount: string, options: GatewayScriptOptions) {
    checkOptions('createGateway({ script })', options, SCRIPT_OPTIONS);
    if (documentRoot === undefined || resolve(documentRoot) !== documentRoot) {
      throw new FcgiOptionError(
        `createGateway(): "script" needs "documentRoot", the absolute path of the folder with the scripts and without a slash at its end, but it is ${JSON.stringify(documentRoot)}.`,
      );
    }
    const { index = 'index.php', split = DEFAULT_SPLIT } = options;
    this.#index = index;
    this.#mount = parseMount(mount);
    this.#root = documentRoot;
    this.#split = split.toLowerCase();
  }

  /**
   * The script that a request is for.
   *
   * @param target of the HTTP request, as sent
   * @throws GatewayRefusal 404 where there is none; FolderRedirect; FcgiClientError as `paramsFromRequest`
   */
  async find(target: string): Promise<FoundScript> {
    const { path, pathInfo, query } = decodeTarget(target, this.#mount);
    const segments = pathInfo.split('/');
    if (segments.some((segment) => segment === '.' || segment === '..')) throw notFound();
    const end = segments.findIndex((segment) => segment.toLowerCase().endsWith(this.#split)) + 1;
    const script = segments.slice(0, end).join('/');
    if (end > 0 && (await this.#kindOf(script)) === 'file') {
      return this.#found(
        script,
        segments
          .slice(end)
          .map((segment) => `/${segment}`)
          .join(''),
      );
    }
    const folder = pathInfo.replace(/\/$/, '');
    if (folder !== '' && (await this.#kindOf(`${folder}/${this.#index}`)) === 'file') {
      if (folder === pathInfo) throw new FolderRedirect(path, query);
      return this.#found(`${folder}/${this.#index}`, '');
    }
    if ((await this.#kindOf(`/${this.#index}`)) !== 'file') throw notFound();
    return this.#found(`/${this.#index}`, '');
  }

  #found(script: string, pathInfo: string): FoundScript {
    return { file: this.#root + utf8(script), pathInfo, scriptName: this.#mount + script };
  }

  async #kindOf(path: string): Promise<'file' | 'other'> {
    try {
      return (await stat(this.#root + utf8(path))).isFile() ? 'file' : 'other';
    } catch {
      // Not there, not a folder on the way, or not for this user.
      return 'other';
    }
  }
}

/**
 * Whether the path of a request names a script, however it is encoded; true also where it cannot be decoded. What such a path
 * names, no file server may send.
 *
 * @param target of the HTTP request, as sent
 * @param split as {@link GatewayScriptOptions}
 */
export function namesScript(target: string, { split = DEFAULT_SPLIT }: GatewayScriptOptions = {}): boolean {
  try {
    // File servers cut a path at "#", which no browser sends, and take a backslash for a slash.
    const segments = percentDecode(parseTarget(target).path)
      .toLowerCase()
      .split(/[/\\#]/);
    return segments.some((segment) => segment.endsWith(split.toLowerCase()));
  } catch {
    return true;
  }
}

/** In paths of params each character is a byte. */
function utf8(path: string): string {
  return Buffer.from(path, 'latin1').toString();
}

function notFound(): GatewayRefusal {
  return new GatewayRefusal(404, 'No script of the document root is at this path.');
}
