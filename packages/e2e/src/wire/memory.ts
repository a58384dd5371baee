import { setTimeout as delay } from 'node:timers/promises';
import { record } from 'test-support';
import type { ProbeProcess } from './probe-process.ts';
import { request, requestHead, streamEnd, Type } from './requests.ts';
import type { WireConnection } from './wire-connection.ts';

/** Bytes in a mebibyte, the unit of the bounds on memory. */
export const MEBIBYTE = 1_048_576;

const SAMPLE_EVERY = 20;
/** Each sample takes a collection of garbage, which must not be most of what the process does. */
const COLLECT_EVERY = 250;
const WARM_UP_REQUESTS = 3_000;
const WARM_UP_UPLOAD = 128 * MEBIBYTE;

/**
 * Lets the process reach the memory that it needs for ordinary work (compiled code, the young generation of the
 * heap, what was read from sockets and not yet collected), so that growth after this has to do with what a test
 * does.
 */
export async function warmUp(probe: ProbeProcess): Promise<void> {
  const connection = await probe.connect({ keepBodies: false });
  await upload(connection, WARM_UP_UPLOAD);
  const body = 'x'.repeat(2_000);
  for (let count = 0; count < WARM_UP_REQUESTS; count += 4) {
    connection.send(
      request('/echo', { id: 1 }),
      request('/echo', { id: 2, body }),
      request('/cookies', { id: 3 }),
      request('/throw', { id: 4 }),
    );
    for (let answers = 0; answers < 4; answers += 1) await connection.answer();
  }
  probe.forget(connection);
}

async function upload(connection: WireConnection, length: number): Promise<void> {
  connection.send(requestHead('/echo', { method: 'POST', contentLength: String(length) }));
  const piece = record(Type.stdin, 1, new Uint8Array(MEBIBYTE / 16 - 8));
  for (let sent = 0; sent < length; sent += MEBIBYTE / 16 - 8) {
    if (!connection.sendArray(piece)) await connection.sent();
  }
  connection.send(streamEnd(Type.stdin, 1));
  await connection.answer(1);
}

/**
 * How far the memory of a process rises above where it was while something happens: the highest of many samples.
 *
 * @returns bytes, and what the action returned
 */
export async function growthDuring<T>(
  probe: ProbeProcess,
  action: () => Promise<T>,
): Promise<{ growth: number; result: T }> {
  const before = probe.residentBytes;
  let highest = before;
  let running = true;
  const sample = async () => {
    while (running) {
      highest = Math.max(highest, probe.residentBytes);
      await delay(SAMPLE_EVERY);
    }
  };
  const sampling = sample();
  try {
    const result = await action();
    highest = Math.max(highest, probe.residentBytes);
    return { growth: highest - before, result };
  } finally {
    running = false;
    await sampling;
  }
}

/** The most bytes that a process has in use at a time while something happens. It must have been started for that. */
export async function mostInUse(probe: ProbeProcess, action: () => Promise<void>): Promise<number> {
  let running = true;
  const sample = async () => {
    let most = 0;
    while (running) {
      most = Math.max(most, await probe.liveBytes());
      await delay(COLLECT_EVERY);
    }
    return most;
  };
  const [most] = await Promise.all([
    sample(),
    action().finally(() => {
      running = false;
    }),
  ]);
  return most;
}

/** Prints a measured figure where WIRE_FIGURES asks for it, for tuning limits or bounds. */
export function tell(what: string, figure: string): void {
  if (process.env['WIRE_FIGURES'] !== undefined) process.stdout.write(`[figure] ${what}: ${figure}\n`);
}

/** Bytes as mebibytes. */
export function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
