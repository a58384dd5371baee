import { secrecyOf } from '@fcgi-js/inspector';
import { readStatus, type Status, watchStatus } from '@fcgi-js/inspector/status';
import { jsonText } from '@fcgi-js/inspector/text';
import type { Io } from '@fcgi-js/runner/command';
import { ownMessages } from '@fcgi-js/runner/command';
import { renderStatus } from './render-status.ts';

/** The arguments of `fcgi status`. */
export interface StatusOptions {
  readonly full?: true;
  readonly interval: number;
  readonly json?: true;
  readonly path: string;
  readonly showSecrets?: true;
  readonly timeout: number;
  readonly watch?: true;
}

/** Moves to the first place of a terminal and clears what is below. */
const CLEAR = '\x1b[H\x1b[2J';

/**
 * Shows the status page of an application's process manager.
 *
 * @throws as `readStatus` of the inspector does
 */
export async function status(io: Io, address: string, options: StatusOptions): Promise<void> {
  const { full = false, interval, json, path, timeout, watch } = options;
  const page = { address, full, path, secrecy: secrecyOf(options), timeout };
  if (!watch) {
    show(io, await readStatus(page, io.interrupted), options);
    return;
  }
  const complain = ownMessages(io, 'red');
  for await (const found of watchStatus(page, interval, io.interrupted)) {
    if (io.stdout.isTTY && !json) io.stdout.write(CLEAR);
    if (found instanceof Error) complain(found.message);
    else show(io, found, options);
  }
}

function show(io: Io, found: Status, { json }: StatusOptions): void {
  io.stdout.write(json ? `${jsonText(found)}\n` : renderStatus(io, found));
}
