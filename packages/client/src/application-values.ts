import {
  type BytesLike,
  encodeGetValues,
  FCGI_MAX_CONNS,
  FCGI_MAX_REQS,
  FCGI_MPXS_CONNS,
  NameValueDecoder,
} from '@fcgi-js/protocol';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { FcgiClientError } from './errors.ts';

/** The three names that FastCGI 1.0 defines (§4.1). */
export const STANDARD_VALUES: readonly string[] = [FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MPXS_CONNS];

/**
 * Asks the application for values about itself (GET_VALUES, §4.1).
 *
 * @param connection one with no request on it
 * @param deadline for the answer
 * @returns those of the names that the application knows; none where it does not know GET_VALUES
 */
export function askValues(
  connection: Connection,
  names: Iterable<BytesLike>,
  deadline: Deadline,
): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    const record = encodeGetValues(names);
    const forget = deadline.onPassed(() => reject(deadline.reason));
    const resolveWith = (content: Uint8Array) => {
      try {
        resolve(decodeValues(content));
      } catch (error) {
        reject(error);
      }
    };
    connection.table.awaitValues({
      values: (content) => {
        forget();
        resolveWith(content);
      },
      lost: ({ error, cause }) => {
        const closed = new FcgiClientError(
          'FCGI_CONNECTION_CLOSED',
          'The application closed the connection before it answered GET_VALUES.',
          { cause },
        );
        forget();
        reject(error ?? closed);
      },
    });
    connection.write(record);
  });
}

function decodeValues(content: Uint8Array): Map<string, string> {
  const decoder = new NameValueDecoder();
  const values = new Map<string, string>();
  decoder.push(content);
  for (let pair = decoder.next(); pair !== undefined; pair = decoder.next()) {
    values.set(Buffer.from(pair.name).toString('latin1'), Buffer.from(pair.value).toString('latin1'));
  }
  decoder.end();
  return values;
}
