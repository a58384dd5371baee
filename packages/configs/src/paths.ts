/** Of an absolute path of Unix. */
export function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Of an absolute path of Unix. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
