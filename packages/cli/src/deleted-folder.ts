import { messageText } from '@fcgi-js/inspector/text';

/**
 * What to do where the working directory has been deleted, as happens to a shell in a release that was cleaned away; `undefined` where an
 * error has another reason.
 *
 * @param error whatever was thrown
 */
export function deletedFolder(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code !== 'ENOENT' || syscall !== 'uv_cwd') return undefined;
  const { PWD = '' } = process.env;
  const folder = PWD === '' ? '' : ` ${messageText(PWD)}`;
  return `The working directory${folder} has been deleted, and relative paths begin there. Go to a folder that exists, such as "cd /".`;
}
