import { readFile } from 'node:fs/promises';

/**
 * Finds the mount point of a path in the kernel's list, if nothing may be run from there.
 *
 * @param mountinfo the text of /proc/self/mountinfo
 * @param path absolute, without links
 */
export function noexecMount(mountinfo: string, path: string): string | undefined {
  const mounts = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, , , , point = '', options = '']) => ({
      // Blanks and the like are written as octal numbers.
      point: point.replace(/\\(\d{3})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 8)),
      ),
      options: options.split(','),
    }))
    .filter(
      ({ point }) => point !== '' && (path === point || path.startsWith(point === '/' ? '/' : `${point}/`)),
    );
  // Of several on the same point the last covers the others.
  const [mount] = mounts.reverse().sort((a, b) => b.point.length - a.point.length);
  return mount?.options.includes('noexec') ? mount.point : undefined;
}

/** The same for this machine; undefined where it has no such list. */
export async function findNoexecMount(path: string): Promise<string | undefined> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return noexecMount(text, path);
}
