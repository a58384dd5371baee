import { PassThrough, Readable, Writable } from 'node:stream';
import type { Io } from '../../src/io.ts';
import { main } from '../../src/main.ts';

/** What a command did. */
export interface Outcome {
  /** All that was printed, on stdout and then on stderr; of a command in this process. */
  readonly bytes?: Buffer;
  readonly status: number;
  readonly stderr: string;
  readonly stdout: string;
}

/** Differences from an empty environment with nothing on stdin. */
export interface TestIo {
  readonly cwd?: string;
  readonly env?: Io['env'];
  readonly interrupted?: AbortSignal;
  readonly stdin?: string | Uint8Array | Readable;
  /** Whether stdout is a terminal. */
  readonly terminal?: true;
}

/** Runs the command in this process. */
export async function runMain(argv: readonly string[], options: TestIo = {}): Promise<Outcome> {
  const stdout = collector(options.terminal);
  const stderr = collector();
  const { cwd = process.cwd(), env = {}, stdin = '' } = options;
  const io: Io = {
    cwd,
    env,
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin: stdin instanceof Readable ? stdin : new PassThrough().end(stdin),
    interrupted: options.interrupted ?? new AbortController().signal,
  };
  const status = await main(argv, io);
  const bytes = Buffer.concat([stdout.bytes(), stderr.bytes()]);
  return { bytes, status, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(isTTY?: true) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      chunks.push(chunk);
      callback();
    },
  });
  const bytes = () => Buffer.concat(chunks);
  const output = Object.assign(stream, isTTY === undefined ? {} : { isTTY });
  return { bytes, stream: output, text: () => bytes().toString('utf8') };
}
