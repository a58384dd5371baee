import { errors, type FcgiServerError } from '../errors.ts';
import type { Params } from './params.ts';
import { isUnprovenFile, PROGRAM } from './proven-mount.ts';
import type { RequestTarget } from './request-target.ts';
import { decodePath, encodePath, normalPath, pathBefore, pathOf } from './url-path.ts';

/** A configuration that is wrong shows itself at once; what comes later is not looked at. */
const REQUESTS = 1_000;

type Doubt = 'guessed' | 'replaced' | 'several' | 'taken off';

/**
 * Looks at what was made of the params of the first requests for signs that the prefix or the path may be another one, so
 * that an application that shows the same page at every URL never does so without a word.
 */
export class PathDoubts {
  #left = REQUESTS;
  /** The first prefix that the params proved. */
  #prefix: string | undefined;
  readonly #told = new Set<Doubt>();

  /**
   * @param target what the application is to see
   * @returns what to say about it, once for each kind of doubt
   */
  about(params: Params, target: RequestTarget): FcgiServerError | undefined {
    if (this.#left === 0) return undefined;
    const isFirst = this.#left === REQUESTS;
    this.#left -= 1;
    return this.#prefixDoubt(params, target) ?? this.#pathDoubt(params, target, isFirst);
  }

  #prefixDoubt(params: Params, { baseUrl, originalUrl }: RequestTarget): FcgiServerError | undefined {
    const before = this.#prefix;
    if (baseUrl === '') {
      const isBare = before !== undefined && pathOf(originalUrl) === before;
      return isBare && this.#isNew('several') ? errors.FCGI_PATH_UNCERTAIN.bare(before) : undefined;
    }
    if (PROGRAM.test(baseUrl)) return undefined;
    this.#prefix ??= baseUrl;
    const isWhole = encodePath(normalPath(params.get('SCRIPT_NAME') ?? '')) === baseUrl;
    if (isWhole && isUnprovenFile(params) && this.#isNew('guessed'))
      return errors.FCGI_PATH_UNCERTAIN.guessed(baseUrl);
    const isOther = before !== undefined && before !== baseUrl;
    return isOther && this.#isNew('several')
      ? errors.FCGI_PATH_UNCERTAIN.several(before, baseUrl)
      : undefined;
  }

  #pathDoubt(params: Params, target: RequestTarget, isFirst: boolean): FcgiServerError | undefined {
    if (target.baseUrl !== '') return undefined;
    const sent = pathOf(params.get('REQUEST_URI') ?? '');
    const program = normalPath(params.get('SCRIPT_NAME') || params.get('PATH_INFO') || '');
    if (isFirst && PROGRAM.test(program) && normalPath(decodePath(sent)) === program) {
      return this.#isNew('replaced') ? errors.FCGI_PATH_UNCERTAIN.replaced(encodePath(program)) : undefined;
    }
    const pathInfo = params.get('PATH_INFO') ?? '';
    if (!pathInfo.startsWith('/') || !sent.startsWith('/')) return undefined;
    const before = pathBefore(pathInfo, sent) ?? '';
    if (before === '' || before === normalPath(params.get('SCRIPT_NAME') ?? '')) return undefined;
    const prefix = normalPath(decodePath(sent)).slice(0, before.length);
    return this.#isNew('taken off') ? errors.FCGI_PATH_UNCERTAIN.takenOff(encodePath(prefix)) : undefined;
  }

  #isNew(doubt: Doubt): boolean {
    if (this.#told.has(doubt)) return false;
    this.#told.add(doubt);
    return true;
  }
}
