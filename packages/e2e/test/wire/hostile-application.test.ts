import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FcgiClient, FcgiClientError, RemoteProtocolError } from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';
import { type Attack, HostileApplication } from '../../src/wire/hostile-application.ts';
import { hostileSeeds } from '../../src/wire/hostile-seeds.ts';
import { inMebibytes, MEBIBYTE, tell } from '../../src/wire/memory.ts';
import { mutated } from '../../src/wire/mutate.ts';
import { Random, seedFrom } from '../../src/wire/random.ts';

/** For hours: `FUZZ_SECONDS=36000`. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 15);
/** To begin with the attack that a failure names: `FUZZ_SEED=… FUZZ_FROM=…`. */
const FIRST = Number(process.env['FUZZ_FROM'] ?? 0);
const WARM_UP = 300;
/** Far above all time-outs of the client here: who has not ended by then hangs. */
const PATIENCE = 10_000;
const ABORTED = new Error('aborted by the test');

const LIMITS = {
  abortTimeout: 30,
  requestBufferBytes: 4_096,
  firstByteTimeout: 80,
  headBytes: 4_096,
  connectionBufferBytes: 16_384,
  stallTimeout: 80,
  requestTimeout: 400,
  unreadTimeout: 60,
};

function attackOf(random: Random): Attack {
  const stream = random.chance(0.1) ? random.bytes(random.below(300)) : mutated(hostileSeeds, random);
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < stream.length; ) {
    const to = random.chance(0.3) ? stream.length : from + random.between(1, 600);
    pieces.push(stream.subarray(from, to));
    from = to;
  }
  return { pieces, end: random.pick(['close', 'close', 'close', 'destroy', 'reset', 'nothing'] as const) };
}

/** One request of one kind or another, and how it ended: with an answer, an error that has a code, or the abort. */
async function request(client: FcgiClient, random: Random): Promise<string> {
  const method = random.pick(['GET', 'POST']);
  const stdin = random.pick(['', 'a body', 'stream'] as const);
  const reading = random.pick(['read', 'read', 'destroy', 'ignore'] as const);
  const controller = new AbortController();
  if (random.chance(0.1)) setTimeout(() => controller.abort(ABORTED), random.below(20));
  const codeOf = (error: unknown): string => {
    if (error instanceof FcgiClientError || error instanceof RemoteProtocolError) return error.code;
    if (error === ABORTED) return 'aborted';
    throw error;
  };
  try {
    const { body, ended } = await client.request({
      params: { REQUEST_METHOD: method },
      signal: controller.signal,
      stdin: stdin === 'stream' ? Readable.from(['in ', 'pieces']) : stdin,
    });
    if (reading === 'destroy') body.destroy();
    const read = reading === 'read' ? text(body).then(() => 'read', codeOf) : Promise.resolve(reading);
    return `${await read} ${await ended.then(() => 'ended', codeOf)}`;
  } catch (error) {
    return codeOf(error);
  }
}

async function good(client: FcgiClient): Promise<string> {
  const { body } = await client.request({ params: { REQUEST_METHOD: 'GET' } });
  return await text(body);
}

/** @throws Error where a promise hangs */
async function withinPatience<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('It hangs.')), PATIENCE);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Attacks a client that has several requests under way; then the same client is served as if nothing had been. */
async function attackOnce(application: HostileApplication, seed: number, number: number): Promise<string[]> {
  const random = new Random(Math.imul(seed + number, 0x9e37_79b1));
  const client = new FcgiClient({
    address: application.address,
    limits: LIMITS,
    multiplex: random.chance(0.5),
    onError: (error) => {
      if (!(error instanceof FcgiClientError || error instanceof RemoteProtocolError)) throw error;
    },
  });
  application.attackNext(attackOf(random));
  const requests = Array.from({ length: random.between(1, 4) }, () => request(client, random));
  const outcomes = await withinPatience(Promise.all(requests));
  await application.behave();
  // The last bytes of the attack may still be on their way, on one kept connection: that is gone after them.
  const next = await good(client).catch(() => good(client));
  expect(next).toBe('good');
  await client.close({ timeout: 1_000 });
  expect(client.stats()).toEqual({
    connections: 0,
    idleConnections: 0,
    activeRequests: 0,
    waitingRequests: 0,
  });
  return outcomes;
}

/** Bytes in use after a collection. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

test(
  `${SECONDS} seconds of changed answers end in an answer or a typed error, and the next request is fine`,
  async () => {
    const seed = seedFrom('FUZZ_SEED');
    process.stdout.write(`FUZZ_SEED=${seed}\n`);
    const application = await HostileApplication.start();
    onTestFinished(() => application.stop());
    const seen = new Map<string, number>();
    let number = FIRST;
    const attack = async () => {
      const outcomes = await attackOnce(application, seed, number).catch((error: unknown) => {
        throw new Error(`FUZZ_SEED=${seed} FUZZ_FROM=${number}`, { cause: error });
      });
      for (const outcome of outcomes) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      number += 1;
    };
    while (number < FIRST + WARM_UP) await attack();
    const live = liveBytes();
    const end = performance.now() + SECONDS * 1_000;
    while (performance.now() < end) await attack();
    const growth = liveBytes() - live;
    tell('hostile application', `${number - FIRST} attacks, ${inMebibytes(growth)} more in use`);
    tell('hostile application', JSON.stringify(Object.fromEntries(seen)));
    expect(growth).toBeLessThan(8 * MEBIBYTE);
    // The attacks are chosen well enough to end in many ways, good ones too.
    expect(seen.size).toBeGreaterThan(15);
    expect([...seen.keys()]).toContain('read ended');
  },
  (SECONDS + 120) * 1_000,
);
