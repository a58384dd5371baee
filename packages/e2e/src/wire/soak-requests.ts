import { crc32 } from 'node:zlib';
import { join, pattern } from 'test-support';
import type { Answer } from './answer.ts';
import type { Random } from './random.ts';
import { abortRequest, request } from './requests.ts';

/** A request of the soak, and how to tell that its answer is its own and whole. */
export interface SoakRequest {
  readonly bytes: Uint8Array;
  /** What is wrong with an answer, or `undefined`. */
  wrong(answer: Answer): string | undefined;
}

type Maker = (id: number, keep: boolean, token: string, random: Random) => SoakRequest;

const BODY_BYTES = 20_000;
const BODY = pattern(BODY_BYTES);
const ALPHABET = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz');

/** The kinds of requests, each as often as it stands here out of all. */
const makers: readonly Maker[] = [
  plain,
  plain,
  plain,
  plain,
  plain,
  plain,
  upload,
  upload,
  upload,
  echoed,
  expecting('/early', 200, 'early'),
  expecting('/cookies', 200, 'cookies ok'),
  expecting('/status?code=404&reason=Nothing%20here', 404, 'status 404'),
  expecting('/manyheaders?n=20&len=20', 200, 'manyheaders ok'),
  expecting('/stderr?n=3', 200, 'stderr ok'),
  expecting('/partial?n=10', 200, 'partial'),
  expecting('/slow?ms=5', 200, 'slow'),
  expecting('/throw?when=before', 500),
  expecting('/throw?when=async', 500),
  expecting('/nothing', 500),
  large,
  aborted,
  aborted,
];

/** Makes a request of any kind. */
export function soakRequest(id: number, keep: boolean, token: string, random: Random): SoakRequest {
  return random.pick(makers)(id, keep, token, random);
}

function plain(id: number, keep: boolean, token: string): SoakRequest {
  return {
    bytes: request(`/echo?${token}`, { id, keep }),
    wrong: ({ json }) =>
      json['query'] === token ? undefined : `query ${String(json['query'])}, not ${token}`,
  };
}

function upload(id: number, keep: boolean, token: string, random: Random): SoakRequest {
  const body = BODY.subarray(0, random.below(BODY_BYTES));
  const sum = crc32(body).toString(16).padStart(8, '0');
  return {
    bytes: request(`/echo?${token}`, { id, keep, body }),
    wrong: ({ json }) =>
      json['query'] === token && json['bodyLength'] === body.length && json['bodyCrc32'] === sum
        ? undefined
        : `another body than ${body.length} bytes, ${sum}, ${token}`,
  };
}

function echoed(id: number, keep: boolean, _token: string, random: Random): SoakRequest {
  const body = BODY.subarray(0, random.below(BODY_BYTES));
  return {
    bytes: request('/cat', { id, keep, body }),
    wrong: (answer) => (answer.body.equals(body) ? undefined : `not the ${body.length} bytes sent`),
  };
}

function large(id: number, keep: boolean, _token: string, random: Random): SoakRequest {
  const length = random.below(ALPHABET.length);
  return {
    bytes: request(`/big?n=${length}`, { id, keep }),
    wrong: (answer) => (answer.body.equals(ALPHABET.subarray(0, length)) ? undefined : `not ${length} bytes`),
  };
}

function aborted(id: number, keep: boolean): SoakRequest {
  return {
    // The same token always: the probe remembers each of them, which is not to be taken for a leak.
    bytes: join(request('/abort?token=soak&ms=60000', { id, keep }), abortRequest(id)),
    wrong: (answer) => (answer.stdoutLength === 0 ? undefined : 'output of an aborted request'),
  };
}

function expecting(uri: string, status: number, text?: string): Maker {
  return (id, keep) => ({
    bytes: request(uri, {
      id,
      keep,
      ...(uri.startsWith('/partial') ? { body: BODY.subarray(0, 5_000) } : {}),
    }),
    wrong: (answer) =>
      answer.status === status && (text === undefined || answer.text === text)
        ? undefined
        : `status ${answer.status} and ${answer.text.slice(0, 100)} for ${uri}`,
  });
}
