import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/logs/line-splitter.ts';
import { SharedOutput } from '../../src/logs/shared-output.ts';

/** Somebody who reads only when told to. */
function reluctantReader() {
  const taken: string[] = [];
  let release = () => {};
  let isReading = false;
  const stream = new Writable({
    highWaterMark: 10,
    write(chunk, _encoding, callback) {
      taken.push(String(chunk));
      if (isReading) callback();
      else release = callback;
    },
  });
  return {
    stream,
    taken,
    read: () => {
      isReading = true;
      release();
    },
  };
}

test('a worker waits for whoever reads slowly, and loses nothing', async () => {
  const { read, stream, taken } = reluctantReader();
  const output = new SharedOutput(stream);
  const source = new PassThrough({ highWaterMark: 10 });
  output.relay(source, new LineSplitter(() => '> '));
  source.write('a long line\n');
  await expect.poll(() => source.isPaused()).toBe(true);
  expect(source.write('another line\n')).toBe(false);
  read();
  await expect.poll(() => taken).toEqual(['> a long line\n', '> another line\n']);
  expect(source.isPaused()).toBe(false);
});

test('a worker does not wait for ever for somebody who does not read: lines are lost, and counted', async () => {
  const { read, stream, taken } = reluctantReader();
  const output = new SharedOutput(stream);
  const source = new PassThrough({ highWaterMark: 10 });
  output.relay(source, new LineSplitter(() => ''));
  source.write('a long line\n');
  await expect.poll(() => source.isPaused()).toBe(true);
  await expect.poll(() => source.isPaused()).toBe(false);
  for (let count = 0; count < 100; count += 1) source.write(`lost ${count}\n`);
  await expect.poll(() => source.readableLength + source.writableLength).toBe(0);
  read();
  await expect.poll(() => taken.at(-1)).toMatch(/^fcgi: .* 100 lines of it are lost\n$/);
  source.write('seen\n');
  await expect.poll(() => taken.at(-1)).toBe('seen\n');
});

test('nothing is kept for somebody who has gone', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('EPIPE')) });
  const output = new SharedOutput(stream);
  const source = new PassThrough();
  output.relay(source, new LineSplitter(() => ''));
  source.write('a\n');
  await expect.poll(() => stream.destroyed).toBe(true);
  source.write('b\n');
  await delay(5);
  expect(source.readableLength).toBe(0);
  await output.flushed();
});

test('a last line without an end is passed on when the worker has ended', async () => {
  const { read, stream, taken } = reluctantReader();
  read();
  const output = new SharedOutput(stream);
  const source = new PassThrough();
  output.relay(source, new LineSplitter(() => '> '));
  source.end('last words');
  await expect.poll(() => taken).toEqual(['> last words\n']);
});

test('a line without an end is passed on when no more comes', async () => {
  const { read, stream, taken } = reluctantReader();
  read();
  const output = new SharedOutput(stream);
  const source = new PassThrough();
  output.relay(source, new LineSplitter(() => '> '));
  source.write('connecting …');
  await expect.poll(() => taken).toEqual(['> connecting …\n']);
  source.write('done\n');
  await expect.poll(() => taken).toEqual(['> connecting …\n', '> done\n']);
});

test('a disk that is full for a while costs lines, which are counted, and nothing else', async () => {
  const taken: string[] = [];
  let isFull = true;
  const stream = new Writable({
    autoDestroy: false,
    emitClose: false,
    write(chunk, _encoding, callback) {
      if (!isFull) taken.push(String(chunk));
      callback();
    },
  });
  // As Node writes to files: an error for each write, and the stream stays.
  const write = stream.write.bind(stream);
  stream.write = ((lines: string, done: (error: Error | null | undefined) => void) => {
    if (!isFull) return write(lines, done);
    process.nextTick(() => {
      done(new Error('ENOSPC'));
      stream.emit('error', new Error('ENOSPC'));
    });
    return false;
  }) as typeof stream.write;
  const output = new SharedOutput(stream);
  const source = new PassThrough({ highWaterMark: 10 });
  output.relay(source, new LineSplitter(() => ''));
  source.write('lost\n');
  source.write('lost too\n');
  await expect.poll(() => source.readableLength + source.writableLength).toBe(0);
  await expect.poll(() => source.isPaused()).toBe(false);
  isFull = false;
  source.write('kept\n');
  await expect
    .poll(() => taken)
    .toEqual(['kept\n', 'fcgi: output could not be written for a while, and 2 lines of it are lost\n']);
});
