/** Whether Node's permission model (`node --permission`) lets this process read a file or a folder. */
export function mayRead(path: string): boolean {
  // Not there without that option; the types have it always.
  const permission = process.permission as typeof process.permission | undefined;
  return permission?.has('fs.read', path) ?? true;
}
