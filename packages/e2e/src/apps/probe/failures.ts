import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { FcgiRequest } from '@fcgi-js/server';
import { answerJson, answerText, writeHead, written } from './answer.ts';
import type { Arguments } from './arguments.ts';

const BYTES_BEFORE_FAILURE = 1_000;

/** Fails before any output, in the middle of it, or later. */
export function fail(request: FcgiRequest, args: Arguments): Promise<void> {
  switch (args.text('when')) {
    case 'mid':
      return failInTheMiddle(request);
    case 'async':
      return failLater();
    default:
      throw new Error('probe-secret: thrown before any output');
  }
}

async function failInTheMiddle(request: FcgiRequest): Promise<void> {
  await writeHead(request);
  await written(request.stdout, Buffer.alloc(BYTES_BEFORE_FAILURE, 'm'));
  // Until they have left, there is still time for a 500.
  await nextTurn();
  await nextTurn();
  throw new Error(`probe-secret: thrown after ${BYTES_BEFORE_FAILURE} bytes`);
}

async function failLater(): Promise<void> {
  await delay(1);
  throw new Error('probe-secret: rejected');
}

type AbortState = 'aborted' | 'completed' | 'running';

/** What became of the requests for `/abort`, the newest last; bounded, because anybody can ask. */
const states = new Map<string, AbortState>();
const STATES_LIMIT = 100_000;

/** Waits, and remembers whether it was aborted meanwhile. */
export async function abort(request: FcgiRequest, args: Arguments): Promise<void> {
  const token = args.text('token');
  remember(token, 'running');
  try {
    await delay(args.number('ms'), undefined, { ref: false, signal: request.signal });
  } catch {
    remember(token, 'aborted');
    return;
  }
  remember(token, 'completed');
  await answerText(request, 'completed');
}

/** Tells what became of a request for `/abort`. */
export function abortInfo(request: FcgiRequest, args: Arguments): Promise<void> {
  return answerJson(request, { state: states.get(args.text('token')) ?? null });
}

function remember(token: string, state: AbortState): void {
  states.delete(token);
  states.set(token, state);
  if (states.size <= STATES_LIMIT) return;
  const [oldest] = states.keys();
  if (oldest !== undefined) states.delete(oldest);
}
