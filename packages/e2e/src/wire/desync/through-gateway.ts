import { setImmediate as turn } from 'node:timers/promises';
import { join } from 'test-support';
import type { Random } from '../random.ts';
import { HttpConnection } from './http-connection.ts';
import type { Ledger } from './ledger.ts';
import { type Executions, type Plan, planOf } from './plan.ts';
import { pieces } from './split.ts';

/** How the body is framed. With `short`, bytes follow that HTTP takes for the next request. */
type Framing = 'chunked' | 'exact' | 'long' | 'short';

/** Requests of an HTTP client through our gateway, one after the other on a connection. */
export async function askByHttp(path: string, ledger: Ledger, random: Random): Promise<void> {
  const connection = new HttpConnection(path);
  for (let count = random.between(1, 6); count > 0 && !connection.hasEnded; count -= 1) {
    await exchange(connection, ledger, random);
  }
  connection.close();
}

async function exchange(connection: HttpConnection, ledger: Ledger, random: Random): Promise<void> {
  const wanted = random.pick<Framing>(['chunked', 'exact', 'exact', 'long', 'short']);
  // Behind a body that is too long, HTTP would be a request of its own.
  const plan = planOf(random, { http: wanted !== 'short', token: ledger.token(random) });
  const framing = plan.body.length === 0 && wanted === 'short' ? 'exact' : wanted;
  ledger.begin(plan);
  for (const piece of pieces(requestOf(plan, framing, random), random)) {
    connection.send(piece);
    if (random.chance(0.3)) await turn();
  }
  if (framing === 'long') {
    for (let turns = random.below(20); turns > 0; turns -= 1) await turn();
    connection.close();
  }
  const answer = await connection.answer();
  let executions: Executions = 'at most once';
  if (answer === undefined) {
    if (connection.waiting.length > 0) ledger.failed(plan, connection.waiting.toString('latin1'));
  } else if (answer.token === undefined && answer.status >= 400) {
    ledger.failed(plan, answer.body.toString('latin1'));
  } else {
    ledger.answered(plan, answer.token, answer.body);
    executions = 'once';
  }
  if (framing === 'short') {
    // What follows is no request; the answer says that, and the connection ends. It may look like the beginning of one.
    connection.finish();
    const next = await connection.answer();
    if (next !== undefined) ledger.failed(plan, `${next.token === undefined ? '' : 'token='}${next.body}`);
    connection.close();
  } else if (connection.waiting.length > 0) {
    ledger.problems.push(`Bytes follow the answer to ${plan.token}: ${connection.waiting.subarray(0, 100)}`);
  }
  const isWhole = answer?.isWhole === true ? '' : ' not whole';
  ledger.end(plan, executions, `gateway: ${framing}, ${answer?.status ?? 'nothing'}${isWhole}`);
}

function requestOf({ body, token }: Plan, framing: Framing, random: Random): Uint8Array {
  const start = `${random.pick(['GET', 'POST', 'POST', 'PUT'])} /t/${token} HTTP/1.1\r\nHost: x\r\n`;
  if (framing === 'chunked') {
    const chunks = pieces(body, random).map((piece) =>
      join(`${piece.length.toString(16)}\r\n`, piece, '\r\n'),
    );
    return join(start, 'Transfer-Encoding: chunked\r\n\r\n', ...chunks, '0\r\n\r\n');
  }
  const lengths = { exact: body.length, long: body.length + 8, short: body.length >> 1 };
  return join(start, `Content-Length: ${lengths[framing]}\r\n\r\n`, body);
}
