import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAddress } from '@fcgi-js/client';
import { Relay, RequestLog } from '@fcgi-js/inspector/tap';
import { messageText } from '@fcgi-js/inspector/text';
import { colorsOf, type Io, ownMessages } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { JsonEvents } from './json-events.ts';
import { openListener } from './listener.ts';
import { LiveLines } from './live-lines.ts';
import { Recording } from './recording.ts';

/** What `fcgi tap` is told. */
export interface TapOptions {
  readonly heads?: true;
  readonly json?: true;
  readonly params?: true;
  readonly records?: true;
  readonly save?: string;
  readonly showSecrets?: true;
  readonly socketMode: number;
}

/** A connection that passes through. */
interface Passage {
  readonly log: RequestLog;
  readonly over: Promise<void>;
  readonly relay: Relay;
}

/** For which running requests may end after Ctrl-C. */
const GRACE = 5_000;

/**
 * Passes everything on between web servers and an application, and shows it, until it is interrupted.
 *
 * @throws CommandFailure where it cannot listen, or not everything could be saved
 */
export async function tap(io: Io, listen: string, upstream: string, options: TapOptions): Promise<void> {
  const { dim } = colorsOf(io.stderr, io.env);
  const complain = ownMessages(io, 'red');
  const printer = options.json ? new JsonEvents(io, options) : new LiveLines(io, options);
  const target = parseAddress(upstream);
  const interrupted = new Promise<void>((done) => {
    if (io.interrupted.aborted) done();
    io.interrupted.addEventListener('abort', () => done(), { once: true });
  });
  const passages = new Set<Passage>();
  let recording: Recording | undefined;
  let count = 0;
  const accept = (socket: Socket) => {
    count += 1;
    const connection = count;
    const log = new RequestLog(connection, printer);
    const { promise: over, resolve: onOver } = withResolvers();
    const relay = new Relay(socket, target, {
      passes: (direction, bytes) => {
        const time = now();
        recording?.add({ connection, direction, time }, bytes);
        log.passes(direction, bytes, time);
      },
      over: (error) => {
        log.close(now());
        if (error !== undefined) complain(`Connection ${connection} broke off: ${error.message}`);
        passages.delete(passage);
        onOver();
      },
    });
    const passage = { log, over, relay };
    passages.add(passage);
  };
  const listener = await openListener(parseAddress(listen), options.socketMode);
  listener.server.on('connection', accept);
  try {
    // Now only: where another tap listens already, its recording is not overwritten.
    recording = openRecording(io, options, complain);
    io.stderr.write(
      `${dim(messageText(`Listening on ${listen}, passing on to ${upstream}. Ctrl-C ends.`))}\n`,
    );
    await interrupted;
  } finally {
    listener.close();
  }
  await endAll(passages);
  recording?.close();
  if (recording?.isWhole === false) throw new CommandFailure('The recording is not whole.');
}

function openRecording(
  io: Io,
  { save }: TapOptions,
  complain: (text: string) => void,
): Recording | undefined {
  if (save === undefined) return undefined;
  return new Recording(resolve(io.cwd, save), ({ message }) => complain(`Nothing more is saved: ${message}`));
}

/** Connections with no request on them end at once. */
async function endAll(passages: ReadonlySet<Passage>): Promise<void> {
  const all = Promise.all([...passages].map(({ over }) => over));
  const cutIdle = () => {
    for (const { log, relay } of passages) if (log.active === 0) relay.destroy();
  };
  cutIdle();
  const ticking = setInterval(cutIdle, 50);
  const giveUp = new AbortController();
  try {
    await Promise.race([all, delay(GRACE, undefined, { signal: giveUp.signal }).catch(() => {})]);
  } finally {
    giveUp.abort();
    clearInterval(ticking);
  }
  for (const { relay } of passages) relay.destroy();
  await all;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolvePromise = () => {};
  const promise = new Promise<void>((done) => {
    resolvePromise = done;
  });
  return { promise, resolve: resolvePromise };
}

/** Milliseconds since 1970, with fractions. */
function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000;
}
