import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { latin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import { ResponseHeadGate } from '../../src/request/head-gate.ts';
import { InputSource } from '../../src/request/input-source.ts';
import { InputStream } from '../../src/request/input-stream.ts';
import { StderrStream, StdoutStream } from '../../src/request/output-stream.ts';
import { RequestOutput } from '../../src/request/request-output.ts';
import { bytesOf, show, splitRecords } from '../support/received.ts';
import { requestState } from '../support/request-state.ts';

const HEAD = 'Status: 200\r\n\r\n';

function newOutput() {
  const written: string[] = [];
  let bytes = 0;
  const writer = {
    congested: false,
    write: (records: readonly (string | Uint8Array)[]) => {
      const sent = splitRecords(bytesOf(records)).records;
      written.push(...sent.map(show));
      for (const { content } of sent) bytes += content.length;
    },
    flushSoon: (output: RequestOutput) => output.flush(),
    awaitDrain: () => {},
  };
  const host = { writer, requestEnding: () => {}, requestEnded: () => {} };
  return { output: new RequestOutput(requestState(), host), writer, sentBytes: () => bytes, written };
}

async function readAll(stream: InputStream, pieces: string[]): Promise<void> {
  for await (const piece of stream) pieces.push(String(piece));
}

function readByEvents(stream: InputStream, pieces: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('data', (piece) => pieces.push(String(piece)));
    stream.on('end', resolve).on('error', reject);
  });
}

describe('STDIN as a stream', () => {
  test('gives the body and then its end', async () => {
    const source = new InputSource({ onTaken: () => {} });
    const stream = new InputStream(source);
    source.receive(latin1('ab'));
    source.receive(latin1('c'));
    source.end();
    const chunks = await stream.toArray();
    expect(Buffer.concat(chunks).toString()).toBe('abc');
  });

  test('asks for no more than it has room for', () => {
    let taken = 0;
    const source = new InputSource({
      onTaken: (cost) => {
        taken += cost;
      },
    });
    const stream = new InputStream(source);
    stream.read(0);
    for (let i = 0; i < 10; i += 1) source.receive(new Uint8Array(1_000));
    expect(stream.readableLength).toBe(1_000);
    expect(taken).toBeLessThan(2_000);
    stream.destroy();
  });

  test('fails where the body is not complete', async () => {
    const source = new InputSource({ onTaken: () => {} });
    const stream = new InputStream(source);
    source.receive(latin1('ab'));
    source.fail(new Error('truncated'));
    await expect(stream.toArray()).rejects.toThrow('truncated');
  });

  test.each([
    ['asynchronously', (stream: InputStream, pieces: string[]) => readAll(stream, pieces)],
    ['by events', (stream: InputStream, pieces: string[]) => readByEvents(stream, pieces)],
  ])('gives all that came of a body that is not complete before it fails, read %s', async (_how, read) => {
    for (const failing of ['before', 'while']) {
      const source = new InputSource({ onTaken: () => {} });
      const stream = new InputStream(source);
      const pieces: string[] = [];
      for (const piece of ['ab', 'c', 'def']) source.receive(latin1(piece));
      if (failing === 'before') source.fail(new Error('truncated'));
      else setImmediate(() => source.fail(new Error('truncated')));
      await expect(read(stream, pieces)).rejects.toThrow('truncated');
      expect(pieces.join('')).toBe('abcdef');
    }
  });

  test('that is destroyed throws the rest of the body away', async () => {
    let taken = 0;
    const source = new InputSource({
      onTaken: (cost) => {
        taken += cost;
      },
    });
    const stream = new InputStream(source);
    source.receive(latin1('ab'));
    stream.destroy();
    source.receive(latin1('cd'));
    source.end();
    await once(stream, 'close');
    expect(taken).toBeGreaterThan(4);
  });
});

describe('STDOUT as a stream', () => {
  test('holds the head back until it is complete', async () => {
    const { output, written } = newOutput();
    const stream = new StdoutStream(output, new ResponseHeadGate(1_000));
    stream.write('Status: ');
    stream.write('200\r\n');
    expect(written).toEqual([]);
    stream.write('\r\nbody');
    stream.end();
    await once(stream, 'finish');
    expect(written).toEqual([String.raw`stdout 1 "Status: 200\r\n\r\nbody"`]);
  });

  test('makes its writer wait while the web server is slow', async () => {
    const { output, writer } = newOutput();
    const stream = new StdoutStream(output, new ResponseHeadGate(1_000));
    writer.congested = true;
    let written = false;
    stream.write(`${HEAD}x`, () => {
      written = true;
    });
    await nextTurn();
    expect(written).toBe(false);
    writer.congested = false;
    output.observer!.drained();
    await nextTurn();
    expect(written).toBe(true);
  });

  test('does not make its writer wait for ever where the connection is gone', async () => {
    const { output, writer } = newOutput();
    const stream = new StdoutStream(output, new ResponseHeadGate(1_000));
    writer.congested = true;
    const called: string[] = [];
    stream.write(`${HEAD}x`, () => called.push('before'));
    output.abandon();
    stream.write('y', () => called.push('after'));
    await nextTurn();
    expect(called).toEqual(['before', 'after']);
  });

  test('takes text in any encoding', async () => {
    const { output, written } = newOutput();
    const stream = new StdoutStream(output, new ResponseHeadGate(1_000));
    stream.write(HEAD);
    stream.write('é', 'utf8');
    stream.write('é', 'latin1');
    stream.end('c3a9', 'hex');
    await once(stream, 'finish');
    expect(written.slice(1)).toEqual(['stdout 1 "Ã©"', 'stdout 1 "é"', 'stdout 1 "Ã©"']);
  });

  test.each(['latin1', 'ascii', 'binary'] as const)(
    'checks the head that is sent where %s cuts characters',
    (encoding) => {
      for (const cut of ['\u010a', '\u010d', '\u0100']) {
        const { output, written } = newOutput();
        const gate = new ResponseHeadGate(1_000);
        const stream = new StdoutStream(output, gate);
        stream.end(`X-Name: a${cut}no field\r\n\r\n`, encoding);
        expect(gate.problem).toBe('malformed');
        expect(written).toEqual([]);
      }
    },
  );
});

describe('STDERR as a stream', () => {
  test('sends whole lines, those of one write together', () => {
    const { output, written } = newOutput();
    const stream = new StderrStream(output);
    stream.write('one\ntwo\nthr');
    stream.write('ee');
    stream.write('\nfour');
    expect(written).toEqual([String.raw`stderr 1 "one\ntwo\n"`, String.raw`stderr 1 "three\n"`]);
  });

  test('sends a line without an end when it ends', async () => {
    const { output, written } = newOutput();
    const stream = new StderrStream(output);
    stream.end('no newline');
    await once(stream, 'finish');
    expect(written).toEqual(['stderr 1 "no newline"']);
  });

  test('sends a line without an end when it is told to, once', () => {
    const { output, written } = newOutput();
    const stream = new StderrStream(output);
    stream.write('partial');
    stream.release();
    stream.release();
    expect(written).toEqual(['stderr 1 "partial"']);
  });

  test('makes its writer wait while the web server is slow, but not beyond the end of the request', async () => {
    const { output, writer, written } = newOutput();
    const stream = new StderrStream(output);
    writer.congested = true;
    const called: string[] = [];
    stream.write('one\n', () => called.push('one'));
    stream.write('two\n', () => called.push('two'));
    stream.write('three', () => called.push('three'));
    await nextTurn();
    expect(called).toEqual([]);
    expect(written).toEqual([String.raw`stderr 1 "one\n"`]);
    output.drained();
    await nextTurn();
    expect(called).toEqual(['one']);
    stream.release();
    expect(written.slice(1)).toEqual([String.raw`stderr 1 "two\n"`, 'stderr 1 "three"']);
    await nextTurn();
    expect(called).toEqual(['one', 'two', 'three']);
  });

  test('does not gather a line without an end for ever', () => {
    const { output, sentBytes } = newOutput();
    const stream = new StderrStream(output);
    for (let i = 0; i < 100; i += 1) stream.write('x'.repeat(1_000));
    expect(sentBytes()).toBeGreaterThan(65_536);
    stream.release();
    expect(sentBytes()).toBe(100_000);
  });
});
