import { PassThrough, Readable, Writable } from 'node:stream';
import type { Io } from '../../../runner/src/io.ts';
import { main } from '../../src/main.ts';

/** What a command did. */
export interface Outcome {
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
  /** The same for stderr. */
  readonly terminalForErrors?: true;
}

/** Runs the command in this process. */
export async function runMain(argv: readonly string[], options: TestIo = {}): Promise<Outcome> {
  const { status, stderr, stdout } = await runForBytes(argv, options);
  return { status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
}

/** The same, with what was printed as bytes. */
export async function runForBytes(argv: readonly string[], options: TestIo = {}) {
  const stdout = collector(options.terminal);
  const stderr = collector(options.terminalForErrors);
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
  return { status, stdout: stdout.bytes(), stderr: stderr.bytes() };
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
  return { bytes, stream: output };
}
