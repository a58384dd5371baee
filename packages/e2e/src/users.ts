import { execFileSync } from 'node:child_process';

/** Whom web servers run as. */
export interface UnprivilegedUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** What Debian's web servers run as. */
const NAME = 'www-data';

/**
 * The user that a web server started by root changes to, or undefined when this process is not root: it could not
 * change then, and need not.
 */
export function webServerUser(): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (option: string) => Number(execFileSync('id', [option, NAME], { encoding: 'utf8' }));
  return { name: NAME, group: NAME, uid: number('-u'), gid: number('-g') };
}
