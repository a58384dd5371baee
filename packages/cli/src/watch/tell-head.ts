import type { CgiResponseHead } from '@fcgi-js/client';
import { decodeLatin1 } from '../records/text.ts';
import { fieldToShow } from './secrets.ts';

/** The fields of a response head as people write them, Status first. */
export function headFields(
  head: CgiResponseHead,
  showSecrets: boolean,
): Array<[name: string, value: string]> {
  return [
    ['Status', `${head.status} ${head.reason}`.trimEnd()],
    ...head.headers.map(([name, value]): [string, string] => [
      name,
      fieldToShow(name, decodeLatin1(value), showSecrets),
    ]),
  ];
}
