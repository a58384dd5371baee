import { ResponseHeadGate } from '../../server/src/request/head-gate.ts';

const LIMIT = 200;

/** What a handler writes passes whole or not at all, the same however it is cut, and begins with a head that is one. */
export function fuzz(data: Buffer): void {
  const whole = pass([data]);
  for (const size of [1, 3, 16]) {
    const cut: Buffer[] = [];
    for (let offset = 0; offset < data.length; offset += size) cut.push(data.subarray(offset, offset + size));
    const found = pass(cut);
    if (found.problem !== whole.problem || !found.passed.equals(whole.passed)) {
      throw new Error(`Cut into ${size} bytes: ${String(found.problem)}, whole: ${String(whole.problem)}.`);
    }
  }
  if (whole.problem === undefined && !whole.passed.equals(data)) throw new Error('Bytes were lost.');
  if (whole.problem === undefined) checkHead(data.toString('latin1'));
}

function pass(chunks: readonly Buffer[]): { passed: Buffer; problem: string | undefined } {
  const gate = new ResponseHeadGate(LIMIT);
  const passed = chunks.map((chunk) => gate.pass(chunk)).filter((chunk) => chunk !== undefined);
  const bytes = passed.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part));
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
