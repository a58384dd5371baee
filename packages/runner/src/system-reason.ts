/** Why the system has not done what it was to do with a file, for a message that names the file itself. */
export function systemReason(error: unknown): string {
  const { message, path, syscall } = error as NodeJS.ErrnoException;
  return message.replace(`, ${syscall} '${path}'`, '');
}
