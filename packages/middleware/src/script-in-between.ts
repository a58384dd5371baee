import { decodePath, isBelow, segmentsOf, sentPath } from './paths.ts';

/**
 * Whether SCRIPT_NAME is a script that the web server has put between the browser and the application: a rewrite
 * rule has sent `/foo` to `/app.fcgi/foo`. Then SCRIPT_NAME is not in what the browser asked for.
 */
export function isScriptInBetween(params: ReadonlyMap<string, string>): boolean {
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  if (scriptName === '') return false;
  const sent = sentPath(params.get('REQUEST_URI'));
  // With nothing to compare it to, PATH_INFO has to be there: SCRIPT_NAME could be all that is left of the path.
  if (sent === '') return params.has('PATH_INFO');
  const path = decodePath(sent);
  // HAProxy leaves dot segments that lead out of the prefix as they are.
  if (path === scriptName + (params.get('PATH_INFO') ?? '')) return false;
  return !isBelow(`/${segmentsOf(path).join('/')}`, scriptName);
}
