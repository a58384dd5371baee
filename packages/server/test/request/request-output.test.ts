import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RequestOutput } from '../../src/request/request-output.ts';
import { bytesOf, show, splitRecords } from '../support/received.ts';
import { requestState } from '../support/request-state.ts';

/** An output whose connection writes down what it is asked. */
function newOutput() {
  const told: string[] = [];
  const callbacks: Array<() => void> = [];
  const writer = {
    congested: false,
    write: (records: readonly (string | Uint8Array)[], callback?: () => void) => {
      told.push(`write ${splitRecords(bytesOf(records)).records.map(show).join(', ')}`);
      if (callback !== undefined) callbacks.push(callback);
    },
    flushSoon: () => told.push('flush soon'),
    awaitDrain: () => told.push('await drain'),
  };
  const host = {
    writer,
    requestEnding: () => told.push('ending'),
    requestEnded: () => told.push('ended'),
  };
  const output = new RequestOutput(requestState(), host);
  return { output, writer, told, callbacks };
}

describe('STDOUT', () => {
  test('waits for the end of the turn, so that what is written together leaves together', () => {
    const { output, told } = newOutput();
    expect(output.write('a')).toBe(true);
    expect(output.write('b')).toBe(true);
    expect(told).toEqual(['flush soon']);
    output.flush();
    expect(told).toEqual(['flush soon', 'write stdout 1 "ab"']);
  });

  test('that was flushed is waited for anew', () => {
    const { output, told } = newOutput();
    output.write('a');
    output.flush();
    output.write('b');
    expect(told).toEqual(['flush soon', 'write stdout 1 "a"', 'flush soon']);
  });

  test('leaves at once when there is much of it', () => {
    const { output, told } = newOutput();
    output.write('x'.repeat(65_519));
    expect(told).toEqual(['flush soon']);
    output.write('y');
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(/^write stdout 1 "x/);
  });

  test('counts as started once it has a byte', () => {
    const { output } = newOutput();
    expect(output.started).toBe(false);
    output.write('');
    expect(output.started).toBe(false);
    output.write('a');
    expect(output.started).toBe(true);
    output.flush();
    expect(output.started).toBe(true);
  });

  test('never leaves as an empty record before the end', () => {
    const { output, told } = newOutput();
    output.write('');
    output.flush();
    expect(told).toEqual(['flush soon']);
  });

  test('tells its writer to wait while the web server is slow, and when to go on', () => {
    const { output, writer, told } = newOutput();
    writer.congested = true;
    expect(output.congested).toBe(true);
    expect(output.write('a')).toBe(false);
    expect(told).toEqual(['flush soon', 'await drain']);
  });
});

describe('the callback of a write', () => {
  test('is called when the bytes have left', () => {
    const { output, callbacks } = newOutput();
    const called: string[] = [];
    output.write('a', 'utf8', () => called.push('a'));
    output.write('b', 'utf8', () => called.push('b'));
    output.flush();
    expect(called).toEqual([]);
    expect(callbacks).toHaveLength(1);
    callbacks[0]!();
    expect(called).toEqual(['a', 'b']);
  });

  test('is called for no bytes too', async () => {
    const { output } = newOutput();
    const called: string[] = [];
    output.write('', 'utf8', () => called.push('empty'));
    output.flush();
    await nextTurn();
    expect(called).toEqual(['empty']);
  });

  test('is called with the end of the request', () => {
    const { output, callbacks } = newOutput();
    const called: string[] = [];
    output.write('a', 'utf8', () => called.push('a'));
    output.end(0);
    callbacks[0]!();
    expect(called).toEqual(['a']);
  });

  test('is called, later, where nothing can be written any more', async () => {
    const { output, told } = newOutput();
    output.end(0);
    told.length = 0;
    const called: string[] = [];
    expect(output.write('a', 'utf8', () => called.push('a'))).toBe(false);
    expect(output.write('b')).toBe(false);
    expect(called).toEqual([]);
    await nextTurn();
    expect(called).toEqual(['a']);
    expect(told).toEqual([]);
  });
});

describe('STDERR', () => {
  test('leaves at once, and is ended where it was used', () => {
    const { output, told } = newOutput();
    output.writeStderr(Buffer.from('oops\n'));
    output.writeStderr(Buffer.from(''));
    output.end(0);
    expect(told).toEqual([
      'write stderr 1 "oops\\n"',
      'ending',
      String.raw`write stderr 1 "", stdout 1 "", end 1 "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000"`,
      'ended',
    ]);
  });

  test('tells its writer to wait while the web server is slow', () => {
    const { output, writer, told } = newOutput();
    writer.congested = true;
    expect(output.writeStderr(Buffer.from('oops\n'))).toBe(false);
    expect(told.at(-1)).toBe('await drain');
    const drained: string[] = [];
    output.observer = { drained: () => drained.push('stdout') };
    output.stderrObserver = { drained: () => drained.push('stderr') };
    output.drained();
    expect(drained).toEqual(['stdout', 'stderr']);
  });

  test('after the end goes nowhere', () => {
    const { output, told } = newOutput();
    output.end(0);
    told.length = 0;
    output.writeStderr(Buffer.from('late\n'));
    expect(told).toEqual([]);
  });
});

describe('the end', () => {
  test('leaves with everything that was not sent yet, after the ID was freed', () => {
    const { output, told } = newOutput();
    output.write('last words');
    output.end(258, 3);
    expect(told).toEqual([
      'flush soon',
      'ending',
      String.raw`write stdout 1 "last words", stdout 1 "", end 1 "\u0000\u0000\u0001\u0002\u0003\u0000\u0000\u0000"`,
      'ended',
    ]);
    expect(output.closed).toBe(true);
  });

  test('releases whoever still waits for the web server', async () => {
    const { output, writer } = newOutput();
    const drained: string[] = [];
    output.observer = { drained: () => drained.push('drained') };
    writer.congested = true;
    output.write('a');
    output.end(0);
    await nextTurn();
    expect(drained).toEqual(['drained']);
  });

  test('comes once, and nothing after it', () => {
    const { output, told } = newOutput();
    output.end(0);
    told.length = 0;
    output.end(1);
    output.flush();
    output.write('late');
    output.writeStderr(Buffer.from('late'));
    expect(told).toEqual([]);
  });
});

describe('an output that lost its connection', () => {
  test('calls back everybody who waits', async () => {
    const { output, writer, told } = newOutput();
    const called: string[] = [];
    output.observer = { drained: () => called.push('drain') };
    output.stderrObserver = { drained: () => called.push('stderr drain') };
    output.write('a', 'utf8', () => called.push('a'));
    writer.congested = true;
    output.write('b', 'utf8', () => called.push('b'));
    output.abandon();
    expect(called).toEqual([]);
    await nextTurn();
    expect(called).toEqual(['a', 'b', 'drain', 'stderr drain']);
    output.end(0);
    expect(told).toEqual(['flush soon', 'await drain']);
  });

  test('that nobody waits for just closes', async () => {
    const { output } = newOutput();
    output.abandon();
    await nextTurn();
    expect(output.closed).toBe(true);
  });
});
