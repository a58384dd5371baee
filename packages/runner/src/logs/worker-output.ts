import type { Readable } from 'node:stream';
import { type Colors, colorsOf, type Io } from '../io.ts';
import { ownMessages } from '../own-messages.ts';
import { LineSplitter } from './line-splitter.ts';
import { LogFile } from './log-file.ts';
import { relayLines } from './relay-lines.ts';
import { SharedOutput, unblocked } from './shared-output.ts';

/** Where what workers print goes. */
export interface OutputOptions {
  /** That of the application, before its lines. */
  readonly name?: string;
  /** A file, instead of the outputs of the parent. */
  readonly output?: string;
  /** Lines as they are, without the worker before them. */
  readonly plainOutput?: boolean;
}

/** The outputs of a parent, which the lines of all its workers go to. */
export class ParentOutput {
  readonly colors: { readonly stderr: Colors; readonly stdout: Colors };
  /** A message of the parent itself. */
  readonly say: (message: string) => void;
  readonly stderr: SharedOutput;
  readonly stdout: SharedOutput;

  constructor(io: Pick<Io, 'env' | 'stderr' | 'stdout'>) {
    this.colors = { stderr: colorsOf(io.stderr, io.env), stdout: colorsOf(io.stdout, io.env) };
    this.stderr = new SharedOutput(unblocked(io.stderr, 2));
    this.stdout = new SharedOutput(unblocked(io.stdout, 1));
    this.say = ownMessages(io, 'cyan', this.stderr);
  }

  /** Resolves when everything has been read, or the reader has gone. */
  async flushed(): Promise<void> {
    await Promise.all([this.stderr.flushed(), this.stdout.flushed()]);
  }
}

/** Where the lines of one application go: what its parent says of it, and what its workers print, line by line. */
export class PoolOutput {
  /** What the parent says of this application; its name stands before it, if it has one. */
  readonly say: (message: string) => void;
  readonly #file: LogFile | undefined;
  readonly #name: string | undefined;
  readonly #options: OutputOptions;
  readonly #parent: ParentOutput;

  /**
   * @param say takes what the parent says
   * @param user whose file that of `output` may be, see {@link LogFile}
   */
  constructor(
    parent: ParentOutput,
    say: (message: string) => void,
    options: OutputOptions,
    user: number | undefined,
  ) {
    const { name, output } = options;
    this.#name = name;
    this.#options = options;
    this.#parent = parent;
    this.say = name === undefined ? say : (message) => say(`${name}: ${message}`);
    this.#file = output === undefined ? undefined : new LogFile(output, this.say, user);
  }

  /** Passes on what a worker prints. */
  relay(name: 'stderr' | 'stdout', source: Readable, worker: string): void {
    const who = this.#name === undefined ? worker : `${this.#name} ${worker}`;
    const file = this.#file;
    const { plainOutput = false } = this.#options;
    if (file !== undefined) {
      const lines = new LineSplitter(
        plainOutput ? () => '' : () => `${new Date().toISOString()} ${who} ${name} | `,
      );
      relayLines(source, lines, (whole) => file.write(whole));
      return;
    }
    const prefix = plainOutput ? '' : this.#parent.colors[name].dim(`${who} | `);
    this.#parent[name].relay(source, new LineSplitter(() => prefix));
  }

  /** Writes whole lines of a log, as they are. */
  write(to: 'stderr' | 'stdout', lines: string): void {
    this.#parent[to].write(lines);
  }

  /** Goes on in the file that has the name now. */
  reopen(): void {
    this.#file?.reopen();
  }

  /** Writes what has come for the file. */
  flush(): void {
    this.#file?.flush();
  }
}
