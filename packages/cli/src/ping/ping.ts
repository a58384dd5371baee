import { FcgiClient } from '@fcgi-js/client';
import { colorsOf, type Io } from '../io.ts';

/** What {@link ping} is asked for. */
export interface PingRequest {
  /** Print JSON. */
  readonly json?: true;
  /** Give up after so many seconds. */
  readonly timeout: number;
}

/**
 * Connects and asks GET_VALUES.
 *
 * @throws FcgiClientError where nothing answers
 */
export async function ping(io: Io, address: string, { json, timeout }: PingRequest): Promise<void> {
  const milliseconds = timeout * 1000;
  const limits = { connectTimeout: milliseconds, firstByteTimeout: milliseconds };
  const client = new FcgiClient({ address, limits });
  const start = performance.now();
  try {
    const values = Object.fromEntries(await client.getValues({ signal: io.interrupted }));
    const elapsed = performance.now() - start;
    io.stdout.write(
      json ? `${JSON.stringify({ address, elapsed, values })}\n` : report(io, address, elapsed, values),
    );
  } finally {
    await client.close({ timeout: 0 });
  }
}

function report(io: Io, address: string, elapsed: number, values: Record<string, string>): string {
  const colors = colorsOf(io.stdout, io.env);
  const facts = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const told = facts.length > 0 ? `, ${facts.join(' ')}` : '';
  return `${colors.green('up')} ${address} answered after ${elapsed.toFixed(1)} ms${told}\n`;
}
