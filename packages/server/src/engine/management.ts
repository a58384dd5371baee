import {
  encodeGetValuesResult,
  FCGI_MAX_CONNS,
  FCGI_MAX_REQS,
  FCGI_MPXS_CONNS,
  NameValueDecoder,
} from '@fcgi-js/protocol';

/** What GET_VALUES tells about this application (§4.1). */
export interface ApplicationValues {
  readonly connections: number;
  readonly requests: number;
}

/**
 * Answers GET_VALUES: of the names asked for, the known ones, each once.
 *
 * @throws RemoteProtocolError where the content is not a whole number of pairs
 */
export function answerGetValues(content: Uint8Array, values: ApplicationValues): Uint8Array {
  const known = new Map([
    [FCGI_MAX_CONNS, String(values.connections)],
    [FCGI_MAX_REQS, String(values.requests)],
    [FCGI_MPXS_CONNS, '1'],
  ]);
  const answers = new Map<string, string>();
  const decoder = new NameValueDecoder();
  decoder.push(content);
  for (let pair = decoder.next(); pair !== undefined; pair = decoder.next()) {
    const name = Buffer.from(pair.name.buffer, pair.name.byteOffset, pair.name.length).toString('latin1');
    const value = known.get(name);
    if (value !== undefined) answers.set(name, value);
  }
  decoder.end();
  return encodeGetValuesResult(answers);
}
