const SHELLS: readonly string[] = [
  'ash',
  'bash',
  'busybox',
  'csh',
  'dash',
  'fish',
  'ksh',
  'mksh',
  'sh',
  'tcsh',
  'zsh',
];

/** Whether a program of this name is a shell. */
export function isShellName(name: string): boolean {
  return SHELLS.includes(name);
}
