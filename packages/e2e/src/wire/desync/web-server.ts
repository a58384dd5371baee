import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { join, pairs, record } from 'test-support';
import { Answer } from '../answer.ts';
import type { Random } from '../random.ts';
import { ReceivedRecords } from '../received-records.ts';
import { Type, usualParams } from '../requests.ts';
import type { Ledger } from './ledger.ts';
import { announced, type Length, type Plan, planOf } from './plan.ts';
import { padding, split } from './split.ts';

/** How the body of a request ends. */
type BodyEnd = 'abort' | 'cut' | 'end';

interface Asked {
  readonly end: BodyEnd;
  readonly id: number;
  /** Whether CONTENT_LENGTH is a length. */
  readonly isValid: boolean;
  readonly plan: Plan;
  readonly records: readonly Uint8Array[];
}

/** Values of CONTENT_LENGTH that are read in different ways. */
const STRANGE = [' 5', '5 ', '+5', '-5', '0x10', '5abc', '5,5', '99999999999999999999'];

/**
 * Requests as a web server may send them, from bytes, over one connection to our server: several at once, with their records mixed, and
 * further ones where the connection is kept.
 */
export async function askByBytes(stream: Duplex, ledger: Ledger, random: Random): Promise<void> {
  const connection = new Connection(stream);
  for (let rounds = random.between(1, 5); rounds > 0 && !connection.hasEnded; rounds -= 1) {
    const ids = IDS.slice(random.below(4)).slice(0, random.pick([1, 1, 2, 3, 4]));
    const isLast = rounds === 1;
    const asked = ids.map((id) => ask(id, isLast, ledger, random));
    const answers = await connection.exchange(asked, random);
    for (const each of asked) judge(each, answers.get(each.id), connection, ledger);
  }
  stream.destroy();
}

const IDS = [1, 2, 3, 4, 255, 256, 65_535];

/** A request with everything about it. */
function ask(id: number, isLast: boolean, ledger: Ledger, random: Random): Asked {
  const plan = planOf(random, { token: ledger.token(random) });
  ledger.begin(plan);
  const { body } = plan;
  const isValid = !random.chance(0.05);
  const contentLength = isValid ? lengthText(body.length, random) : random.pick(STRANGE);
  const end = random.pick<BodyEnd>(
    isLast ? ['abort', 'cut', 'end', 'end', 'end'] : ['abort', 'end', 'end', 'end', 'end'],
  );
  const params = pairs(
    usualParams(`/t/${plan.token}`, { contentLength, method: random.pick(['GET', 'POST', 'POST', 'PUT']) }),
  );
  const keep = isLast ? random.chance(0.5) : true;
  const stdin = [...split(Type.stdin, id, body, random)];
  const sent = end === 'end' ? stdin : stdin.slice(0, random.below(stdin.length + 1));
  const last = {
    abort: [record(Type.abort, id)],
    cut: [],
    end: [record(Type.stdin, id, '', padding(random))],
  };
  const records = [
    record(Type.begin, id, [0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0], padding(random)),
    ...split(Type.params, id, params, random),
    record(Type.params, id, '', padding(random)),
    ...sent,
    ...last[end],
  ];
  return { end, id, isValid, plan, records };
}

/** CONTENT_LENGTH that is right, wrong, or not there: left out, or as nginx and Caddy send it then. */
function lengthText(bytes: number, random: Random): string | null {
  const kind = random.pick<Length>(['absent', 'exact', 'exact', 'long', 'short']);
  const length = announced(bytes, kind, random);
  return length === undefined ? random.pick([null, '', '-1']) : String(length);
}

/** What came has to belong to this request, and it has to have been executed as often as it was asked for. */
function judge(asked: Asked, answer: Answer | undefined, connection: Connection, ledger: Ledger): void {
  const { end, isValid, plan } = asked;
  for (const problem of connection.takeProblems()) ledger.problems.push(`${plan.token}: ${problem}`);
  const isWhole = answer?.complete === true;
  const executions = !isValid ? 'never' : isWhole && end === 'end' ? 'once' : 'at most once';
  const outcome =
    answer === undefined || answer.stdoutLength === 0 ? 'nothing' : checkAnswer(plan, answer, ledger);
  ledger.end(plan, executions, `bytes: ${end}, ${isWhole ? '' : 'not whole, '}${outcome}`);
}

function checkAnswer(plan: Plan, answer: Answer, ledger: Ledger): string {
  if (answer.stdout.indexOf('\r\n\r\n') === -1) return 'part of a head';
  const { status } = answer;
  const [token] = answer.field('x-token');
  if (token === undefined && status >= 400) ledger.failed(plan, answer.text);
  else ledger.answered(plan, token, answer.body);
  return String(status);
}

/** The web server's side of one connection. */
class Connection {
  readonly #answers = new Map<number, Answer>();
  readonly #received = new ReceivedRecords();
  readonly #stream: Duplex;
  #problems: string[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('error', () => {});
    for (const event of ['end', 'close']) {
      stream.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** What the other side has sent that it must not send. */
  takeProblems(): string[] {
    const problems = this.#problems;
    this.#problems = [];
    return problems;
  }

  /** Sends requests, and waits for all their answers or the end of the connection. */
  async exchange(asked: readonly Asked[], random: Random): Promise<ReadonlyMap<number, Answer>> {
    this.#answers.clear();
    for (const { id } of asked) this.#answers.set(id, new Answer(id, true));
    await this.#send(mixed(asked, random), random);
    if (asked.some(({ end }) => end === 'cut')) {
      for (let turns = random.below(4); turns > 0; turns -= 1) await turn();
      this.#stream.destroy();
    }
    while (!this.#ended && [...this.#answers.values()].some(({ complete }) => !complete)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return new Map(this.#answers);
  }

  async #send(bytes: Uint8Array, random: Random): Promise<void> {
    const size = random.pick([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1_000, 100, 7]);
    for (let from = 0; from < bytes.length && !this.#ended; ) {
      const to =
        from + Math.max(Math.ceil(bytes.length / 50), random.between(1, Math.min(size, bytes.length)));
      if (!this.#stream.write(bytes.subarray(from, to))) await turn();
      else if (random.chance(0.5)) await turn();
      from = to;
    }
  }

  #receive(chunk: Buffer): void {
    try {
      for (const each of this.#received.push(chunk)) {
        const answer = this.#answers.get(each.id);
        if (answer === undefined) throw new Error(`A record of type ${each.type} came for ${each.id}.`);
        answer.add(each);
      }
    } catch (error) {
      const { message } = error as Error;
      // An answer that cannot be completed ends in this way, for web servers to notice.
      if (!message.includes('version 0')) this.#problems.push(message);
      this.#ended = true;
      this.#stream.destroy();
    }
    this.#wake();
  }
}

/** The records of all requests in any order, those of each in their own. */
function mixed(asked: readonly Asked[], random: Random): Uint8Array {
  const queues = asked.map(({ records }) => [...records]);
  const order: Uint8Array[] = [];
  while (queues.length > 0) {
    const queue = random.pick(queues);
    const next = queue.shift();
    if (next === undefined) queues.splice(queues.indexOf(queue), 1);
    else order.push(next);
  }
  return join(...order);
}
