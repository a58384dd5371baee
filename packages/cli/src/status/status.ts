import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { FcgiClient } from '@fcgi-js/client';
import { CommandFailure } from '../command-failure.ts';
import type { Io } from '../io.ts';
import { pathParams } from '../ping/path-params.ts';
import { hintFor } from '../request/hints.ts';
import { renderStatus, type Status } from './render-status.ts';

/** What `fcgi status` is told. */
export interface StatusOptions {
  readonly full?: true;
  readonly interval: number;
  readonly json?: true;
  readonly path: string;
  readonly timeout: number;
  readonly watch?: true;
}

/** Moves to the first place of a terminal and clears what is below. */
const CLEAR = '\x1b[H\x1b[2J';

/**
 * Shows the status page of an application's process manager.
 *
 * @throws CommandFailure where there is none
 */
export async function status(io: Io, address: string, options: StatusOptions): Promise<void> {
  if (!options.watch) {
    show(io, await readStatus(io, address, options), options);
    return;
  }
  while (!io.interrupted.aborted) {
    try {
      const found = await readStatus(io, address, options);
      if (io.stdout.isTTY && !options.json) io.stdout.write(CLEAR);
      show(io, found, options);
      await delay(options.interval * 1000, undefined, { signal: io.interrupted });
    } catch (error) {
      // Ctrl-C is how one stops looking.
      if (!io.interrupted.aborted) throw error;
    }
  }
}

async function readStatus(io: Io, address: string, options: StatusOptions): Promise<Status> {
  const time = options.timeout * 1000;
  const limits = { connectTimeout: time, firstByteTimeout: time, stallTimeout: time, totalTimeout: time };
  const client = new FcgiClient({ address, keepConn: false, limits });
  const params = pathParams(options.path, options.full ? 'json&full' : 'json');
  try {
    const response = await client.request({ params, signal: io.interrupted });
    const body = await text(response.body);
    await response.ended;
    return parseStatus(body, response.status, options.path);
  } catch (error) {
    const hint = hintFor(error, params);
    if (hint === undefined) throw error;
    throw new CommandFailure(`${(error as Error).message}\n${hint}`, undefined, { cause: error });
  } finally {
    await client.close({ timeout: 0 });
  }
}

function parseStatus(body: string, code: number, path: string): Status {
  const absent = `There is no status page at ${path}: the answer is`;
  const advice = 'Its path is pm.status_path in php-fpm; --path tells another.';
  if (code !== 200) throw new CommandFailure(`${absent} ${code}.\n${advice}`);
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Status;
  } catch {
    // The message below says it.
  }
  throw new CommandFailure(`${absent} no JSON object.\n${advice}`);
}

function show(io: Io, found: Status, { json }: StatusOptions): void {
  io.stdout.write(json ? `${JSON.stringify(found)}\n` : renderStatus(io, found));
}
