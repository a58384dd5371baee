import { ResponseHeadGate } from '../../server/src/request/head-gate.ts';
import { pieces } from './outcome.ts';

const LIMIT = 200;

/** What a handler writes passes whole or not at all, the same as text or bytes and however it is cut, and is a head. */
export function fuzz(data: Buffer): void {
  const whole = pass([data]);
  for (const size of [data.length, 1, 3, 16]) {
    const cut = [...pieces(data, size)].map((piece) => Buffer.from(piece));
    for (const chunks of [cut, cut.map((piece) => piece.toString('latin1'))]) {
      const found = pass(chunks);
      if (found.problem !== whole.problem || !found.passed.equals(whole.passed)) {
        throw new Error(`In pieces of ${size}: ${String(found.problem)}, whole: ${String(whole.problem)}.`);
      }
    }
  }
  if (whole.problem === undefined && !whole.passed.equals(data)) throw new Error('Bytes were lost.');
  if (whole.problem === undefined) checkHead(data.toString('latin1'));
}

function pass(chunks: ReadonlyArray<string | Buffer>): { passed: Buffer; problem: string | undefined } {
  const gate = new ResponseHeadGate(LIMIT);
  const passed = chunks.map((chunk) => gate.pass(chunk)).filter((chunk) => chunk !== undefined);
  const bytes = passed.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
  return { passed: Buffer.concat(bytes), problem: gate.problem };
}

function checkHead(text: string): void {
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null || end.index > LIMIT) throw new Error('A head without an end has passed.');
  for (const line of text.slice(0, end.index).split(/\r?\n/)) {
    if (!/^[^\s:]+:/.test(line) || /[\0\r]/.test(line))
      throw new Error(`A line has passed: ${JSON.stringify(line)}`);
  }
}
