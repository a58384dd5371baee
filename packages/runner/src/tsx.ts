/**
 * tsx, which compiles TypeScript when it is loaded. Without its cache, also for what the application starts: that is in a folder
 * of a predictable name in that for temporary files, `tsx-0` of root for one, and code that another user has put there first
 * would be run.
 */
export async function importTsx() {
  process.env['TSX_DISABLE_CACHE'] = '1';
  const [commonJs, esm] = await Promise.all([import('tsx/cjs/api'), import('tsx/esm/api')]);
  return { commonJs, esm };
}
