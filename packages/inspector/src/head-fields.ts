import type { CgiResponseHead } from '@fcgi-js/client';
import { decodeLatin1 } from './bytes-as-text.ts';
import type { Secrecy } from './secrets/secrecy.ts';

/**
 * The fields of a response head as text, `Status` first, for example `['Status', '404 Not Found']`.
 *
 * @param secrecy what happens to fields such as Set-Cookie: `secrecyOf()`
 */
export function headFields(head: CgiResponseHead, secrecy: Secrecy): Array<[name: string, value: string]> {
  return [
    ['Status', `${head.status} ${head.reason}`.trimEnd()],
    ...head.headers.map(([name, value]): [string, string] => [
      name,
      secrecy.value(name, decodeLatin1(value)),
    ]),
  ];
}
