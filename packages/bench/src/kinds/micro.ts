import {
  encodeBeginRequest,
  encodeEndRequest,
  encodeParams,
  encodeStream,
  encodeStreamEnd,
  NameValueDecoder,
  RecordDecoder,
  RecordType,
  Role,
} from '@fcgi-js/protocol';
import { Params } from '@fcgi-js/server';
import { do_not_optimize as keep, measure } from 'mitata';
import { formatResponseHead } from '../../../server/src/cgi/response-head.ts';
import { nginxParams, usualNames } from '../nginx-params.ts';
import { compare } from '../result.ts';
import { interleave } from '../rounds.ts';
import type { Kind } from './kind.ts';

const ROUNDS = 3;
const paramsRecord = Buffer.from(encodeParams(1, nginxParams));
const contentLength = paramsRecord.readUInt16BE(4);
const paramsBytes = paramsRecord.subarray(8, 8 + contentLength);
const get = Buffer.concat([
  encodeBeginRequest({ requestId: 1, role: Role.Responder, keepConn: true }),
  paramsRecord,
  encodeStreamEnd(RecordType.Params, 1),
  encodeStreamEnd(RecordType.Stdin, 1),
]);
const upload = Buffer.concat([encodeStream(RecordType.Stdin, 1, new Uint8Array(1_000_000))]);
const small = new Uint8Array(100);
const large = new Uint8Array(16_384);
const fields = [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Length', '1234'],
  ['ETag', 'W/"4d2-Q3VyaW91cw"'],
  ['Cache-Control', 'no-cache'],
  ['Vary', 'Accept-Encoding'],
] as const;

const requestDecoder = new RecordDecoder();
const chunkDecoder = new RecordDecoder();

function decodeAll(decoder: RecordDecoder, chunk: Uint8Array): void {
  decoder.push(chunk);
  for (let record = decoder.next(); record !== undefined; record = decoder.next()) keep(record);
}

/** CPU time of this process in nanoseconds: unlike the clock it stands still while others have the core. */
function cpuNanoseconds(): number {
  const { system, user } = process.cpuUsage();
  return (system + user) * 1_000;
}

/** One thing in one process, many times over. */
const benchmarks: readonly { name: string; title: string; run: () => void }[] = [
  {
    name: 'params',
    title: 'params of nginx to the values of five names',
    run: () => {
      const params = Params.decode(paramsBytes, { bytes: 1_048_576, pairs: 2_000 });
      for (const name of usualNames) keep(params.get(name));
    },
  },
  {
    name: 'pairs',
    title: 'params of nginx to pairs of bytes (protocol package)',
    run: () => {
      const decoder = new NameValueDecoder();
      decoder.push(paramsBytes);
      for (let pair = decoder.next(); pair !== undefined; pair = decoder.next()) keep(pair);
    },
  },
  { name: 'decode-get', title: 'records of a GET, in one chunk', run: () => decodeAll(requestDecoder, get) },
  {
    name: 'decode-upload',
    title: '1 MB of STDIN in chunks of 64 KB',
    run: () => {
      for (let from = 0; from < upload.length; from += 65_536) {
        decodeAll(chunkDecoder, upload.subarray(from, from + 65_536));
      }
    },
  },
  {
    name: 'head',
    title: 'response head of five fields',
    run: () => keep(formatResponseHead(200, 'OK', fields)),
  },
  {
    name: 'encode-small',
    title: 'STDOUT of 100 bytes, its end, END_REQUEST',
    run: () => {
      keep(encodeStream(RecordType.Stdout, 1, small));
      keep(encodeStreamEnd(RecordType.Stdout, 1));
      keep(encodeEndRequest({ requestId: 1 }));
    },
  },
  {
    name: 'encode-16k',
    title: 'STDOUT of 16 KB',
    run: () => keep(encodeStream(RecordType.Stdout, 1, large)),
  },
];

/** Decoder, params, response head and encoder, each by itself. */
export const micro: Kind = {
  name: 'micro',
  title: 'Parts by themselves',
  unit: 'µs CPU',
  run: async (bench) => {
    const { microMilliseconds, rounds } = bench.options.scale;
    const samples = await interleave(benchmarks, Math.min(rounds, ROUNDS), async ({ run }) => {
      const { p50 } = await measure(run, { min_cpu_time: microMilliseconds * 1e6, now: cpuNanoseconds });
      return p50 / 1_000;
    });
    const rows = benchmarks.map((benchmark) => ({
      name: benchmark.name,
      title: benchmark.title,
      figures: samples.get(benchmark) ?? [],
    }));
    return { rows, comparisons: compare([{ of: 'params', atMost: 1.5 }], rows), notes: [] };
  },
};
