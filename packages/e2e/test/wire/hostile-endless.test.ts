import { text } from 'node:stream/consumers';
import { type ClientLimits, FcgiClient, FcgiClientError, RemoteProtocolError } from '@fcgi-js/client';
import { pattern, record } from 'test-support';
import { expect, test } from 'vitest';
import { EndlessApplication } from '../../src/wire/endless-application.ts';
import { hostileSeeds } from '../../src/wire/hostile-seeds.ts';
import { tell } from '../../src/wire/memory.ts';
import { mutated } from '../../src/wire/mutate.ts';
import { Random, seedFrom } from '../../src/wire/random.ts';
import { Type } from '../../src/wire/requests.ts';

/** For hours: `FUZZ_SECONDS=36000`. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 10);
const NEVER = Number.POSITIVE_INFINITY;
const HEAD = 'Content-Type: text/plain\r\n\r\n';

/** As short as they can be; what is not set here would not end a request in the time of a test. */
const LIMITS: ClientLimits = {
  abortTimeout: 30,
  firstByteTimeout: 80,
  stallTimeout: 80,
  stderrTotalBytes: NEVER,
  requestTimeout: NEVER,
};

/** A piece that says nothing: whoever takes it for progress waits for ever. */
function silence(random: Random, requestId: number): Uint8Array {
  const padding = random.pick([0, 0, 7, 255]);
  switch (random.below(6)) {
    case 0:
      return new Uint8Array(8);
    case 1:
      return record(Type.stderr, requestId, random.bytes(random.between(1, 300)), { padding });
    case 2:
      return record(Type.stderr, requestId, pattern(random.between(10_000, 65_535)), { padding });
    default:
      return record(Type.stderr, requestId, 'x', { padding });
  }
}

/** Pieces of silence, cut anywhere, after the beginnings of some answers. */
function silencePieces(random: Random): (requestIds: readonly number[]) => Uint8Array {
  const begun = new Set<number>();
  let waiting = new Uint8Array(0);
  return (requestIds) => {
    const requestId = random.pick(requestIds);
    if (waiting.length === 0) {
      if (!begun.has(requestId) && random.chance(0.3)) {
        begun.add(requestId);
        waiting = Uint8Array.from(record(Type.stdout, requestId, HEAD));
      } else {
        waiting = Uint8Array.from(silence(random, requestId));
      }
    }
    const piece = waiting.slice(0, random.chance(0.5) ? waiting.length : random.between(1, 40));
    waiting = waiting.slice(piece.length);
    return piece;
  };
}

/** Anything, changed or not: also answers that never end. */
function anyPieces(random: Random): (requestIds: readonly number[]) => Uint8Array {
  return (requestIds) => {
    const requestId = random.pick(requestIds);
    if (random.chance(0.02)) return mutated(hostileSeeds, random);
    if (random.chance(0.3)) return record(Type.stdout, requestId, random.chance(0.1) ? HEAD : 'A: b\n');
    return silence(random, requestId);
  };
}

/** How a request and its answer ended: in a way that has a code, or wholly. */
async function outcome(client: FcgiClient): Promise<string> {
  const codeOf = (error: unknown): string => {
    if (error instanceof FcgiClientError || error instanceof RemoteProtocolError) return error.code;
    throw error;
  };
  try {
    const { body, ended } = await client.request({ params: { REQUEST_METHOD: 'GET' } });
    const read = await text(body).then(() => 'read', codeOf);
    return `${read} ${await ended.then(() => 'ended', codeOf)}`;
  } catch (error) {
    return codeOf(error);
  }
}

test.each<[name: string, limits: ClientLimits, pieces: typeof silencePieces, expected: string]>([
  ['silence', LIMITS, silencePieces, 'FCGI_FIRST_BYTE_TIMEOUT'],
  ['anything', { ...LIMITS, requestTimeout: 400 }, anyPieces, 'FCGI_TOTAL_TIMEOUT'],
])(
  `${SECONDS} seconds of applications that send %s for ever: every request ends at a limit or a broken rule`,
  async (name, limits, pieces, expected) => {
    const seed = seedFrom('FUZZ_SEED');
    process.stdout.write(`FUZZ_SEED=${seed}\n`);
    const seen = new Map<string, number>();
    const end = performance.now() + SECONDS * 1_000;
    for (let number = 0; number === 0 || performance.now() < end; number += 1) {
      const random = new Random(Math.imul(seed + number, 0x9e37_79b1));
      const application = await EndlessApplication.start(pieces(random));
      const client = new FcgiClient({ address: application.address, limits, multiplex: random.chance(0.5) });
      // Where one hangs, so does the test.
      const requests = Array.from({ length: random.between(1, 6) }, () => outcome(client));
      for (const one of await Promise.all(requests)) seen.set(one, (seen.get(one) ?? 0) + 1);
      await expect.poll(() => client.stats().activeRequests, { message: `FUZZ_SEED=${seed}` }).toBe(0);
      await client.close({ timeout: 1 });
      await application.stop();
    }
    tell(`endless ${name}`, JSON.stringify(Object.fromEntries(seen)));
    expect([...seen.keys()].join(' ')).toContain(expected);
  },
  (SECONDS + 60) * 1_000,
);
