import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { FcgiClient, FcgiClientError, type FcgiResponse, RemoteProtocolError } from '@fcgi-js/client';
import type { FcgiServer } from '@fcgi-js/server';
import type { Random } from '../random.ts';
import type { Ledger } from './ledger.ts';
import { announced, type Executions, type Length, type Plan, planOf } from './plan.ts';
import { pieces } from './split.ts';

/** What a request of a client ended with, and how often it may have been executed. */
interface End {
  readonly executions: Executions;
  readonly outcome: string;
}

/**
 * Ends of requests to applications that keep the rules of records: all other errors say that records were found where
 * there are none. Our server closes, after a record of version 0, where an answer cannot be completed.
 */
const EXPECTED = [
  'ended',
  'aborted',
  'FCGI_BODY_UNREAD',
  'FCGI_CONNECTION_CLOSED',
  'FCGI_STDIN_LENGTH_MISMATCH',
];

/** Mostly right: the client refuses what is wrong, and then nothing is exchanged. */
const LENGTHS: readonly Length[] = [
  'absent',
  'absent',
  'absent',
  'exact',
  'exact',
  'exact',
  'exact',
  'exact',
  'long',
  'short',
];

const ABORTED = new Error('aborted by the test');

/** Requests of our client, several at once, over connections that it keeps. */
export async function askByClient(
  place: { readonly address: string } | { readonly server: FcgiServer },
  ledger: Ledger,
  random: Random,
): Promise<void> {
  const client = new FcgiClient({
    ...place,
    limits: { connections: random.between(1, 3) },
    multiplex: random.pick([true, true, false]),
  });
  for (let rounds = random.between(1, 4); rounds > 0; rounds -= 1) {
    await Promise.all(Array.from({ length: random.between(1, 5) }, () => exchange(client, ledger, random)));
  }
  await client.close({ timeout: 1_000 });
}

async function exchange(client: FcgiClient, ledger: Ledger, random: Random): Promise<void> {
  const plan = planOf(random, { token: ledger.token(random) });
  ledger.begin(plan);
  const kind = random.pick(LENGTHS);
  const length = announced(plan.body.length, kind, random);
  const isStream = random.chance(0.5);
  const aborts = random.chance(0.05);
  const reading = random.pick(['all', 'all', 'all', 'destroy'] as const);
  const controller = new AbortController();
  const request = client.request({
    idempotent: false,
    params: {
      ...(length === undefined ? {} : { CONTENT_LENGTH: String(length) }),
      REQUEST_METHOD: random.pick(['GET', 'POST', 'POST', 'PUT']),
      REQUEST_URI: `/t/${plan.token}`,
    },
    signal: controller.signal,
    stdin: isStream ? Readable.from(pieces(plan.body, random)) : plan.body,
  });
  const ending = endOf(request, plan, reading, ledger);
  if (aborts) {
    for (let turns = random.below(4); turns > 0; turns -= 1) await turn();
    controller.abort(ABORTED);
  }
  const { executions, outcome } = await ending;
  const isWrong = length !== undefined && length !== plan.body.length;
  const neverSent = isWrong && !isStream;
  if (!EXPECTED.some((code) => outcome.endsWith(code)))
    ledger.problems.push(`${plan.token} ended with ${outcome}.`);
  ledger.end(
    plan,
    neverSent ? 'never' : aborts || isWrong ? 'at most once' : executions,
    `client: ${outcome}`,
  );
}

/** How a request ends; what came of its answer is its own. */
async function endOf(
  request: Promise<FcgiResponse>,
  plan: Plan,
  reading: 'all' | 'destroy',
  ledger: Ledger,
): Promise<End> {
  try {
    const response = await request;
    const chunks: Buffer[] = [];
    if (reading === 'destroy') response.body.destroy();
    response.body.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = await response.ended.then(() => 'ended', codeOf);
    const body = Buffer.concat(chunks);
    const token = response.header('x-token');
    if (token === undefined && response.status >= 400) ledger.failed(plan, body.toString('latin1'));
    else ledger.answered(plan, token, body);
    const isOwn = token !== undefined && ended === 'ended';
    return { executions: isOwn ? 'once' : 'at most once', outcome: `${response.status} ${ended}` };
  } catch (error) {
    return { executions: 'at most once', outcome: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  if (error instanceof FcgiClientError || error instanceof RemoteProtocolError) return error.code;
  if (error === ABORTED) return 'aborted';
  throw error;
}
