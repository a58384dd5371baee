import { decodePath, encodePath, normalPath, pathOf, urlPath } from './url-path.ts';

/** Whether something can be the option `mount`: '' or `/` for the root, otherwise a decoded, normalised path. */
export function isMount(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [first, ...others] = withoutSlash(value).split('/');
  return first === '' && !others.some((segment) => /^\.{0,2}$|[%?#\0]/.test(segment));
}

/**
 * Brings the option `mount` into the form that params have.
 *
 * @returns each character one byte, without a slash at its end; '' for the root
 */
export function mountOf(option: string): string {
  return Buffer.from(withoutSlash(option)).toString('latin1');
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Whether a decoded path is a prefix or lies below it. */
export function isBelow(path: string, mount: string): boolean {
  return path.startsWith(mount) && (path.length === mount.length || path[mount.length] === '/');
}

const PARENT_SEGMENT = /(?:\.|%2e){2}/i;

/**
 * Whether dot segments lead a path out of the prefix that the application is mounted at, in one of the ways in which
 * applications read it: as a URL, or decoded and resolved as a file name. The letters of the prefix count as the same
 * in both cases, see `pathBefore`.
 *
 * @param path as the browser sent it
 * @param mount decoded
 */
export function leavesMount(path: string, mount: string): boolean {
  if (mount === '' || !PARENT_SEGMENT.test(path)) return false;
  const prefix = mount.toLowerCase();
  return [path.replaceAll('\\', '/'), urlPath(path)].some((reading) => {
    return !isBelow(normalPath(decodePath(reading)).toLowerCase(), prefix);
  });
}

/**
 * What of a request target lies below the prefix that the application is mounted at, byte for byte.
 *
 * @param target path and query as the browser sent them
 * @param mount decoded
 * @param served what the web server says lies below the prefix, decoded
 * @returns at least `/`
 */
export function targetBelow(target: string, mount: string, served: string): string {
  if (mount === '') return target;
  const path = pathOf(target);
  const rest = target.slice(endOfMount(path, mount, served) ?? path.length);
  if (rest.startsWith('/')) return rest;
  // The prefix alone, or nothing that can be found in the target: what the web server says.
  return `${encodePath(served) || '/'}${target.slice(path.length)}`;
}

function endOfMount(path: string, mount: string, served: string): number | undefined {
  if (isBelow(path, mount)) {
    const rest = path.slice(mount.length);
    // Dot segments may lead out of the prefix and back again; only some web servers leave them to us as they are.
    if (rest === served || !/\/(?:\.|%2e)/i.test(rest)) return mount.length;
  }
  return endOfResolved(path, mount);
}

/** Follows the segments of a path as a file system would, and finds where it enters the prefix for good. */
function endOfResolved(path: string, mount: string): number | undefined {
  const prefix = mount.toLowerCase();
  const wanted = prefix.split('/').length - 1;
  const segments: string[] = [];
  let found: number | undefined;
  for (let start = 0, end = 0; end < path.length; start = end) {
    const next = path.indexOf('/', start + 1);
    end = next === -1 ? path.length : next;
    for (const segment of decodePath(path.slice(start + 1, end)).split('/')) {
      if (segment === '..') segments.pop();
      else if (segment !== '' && segment !== '.') segments.push(segment);
      if (segments.length < wanted) found = undefined;
    }
    if (found === undefined && segments.length === wanted) {
      if (normalPath(segments.join('/')).toLowerCase() === prefix) found = end;
    }
  }
  return found;
}
