import type { Readable } from 'node:stream';
import { type Colors, colorsOf, type Io } from '../io.ts';
import { ownMessages } from '../own-messages.ts';
import { LineSplitter } from './line-splitter.ts';
import { LogFile } from './log-file.ts';
import { relayLines } from './relay-lines.ts';
import { SharedOutput, unblocked } from './shared-output.ts';

/** Where what workers print goes. */
export interface OutputOptions {
  /** A file, instead of the outputs of the parent. */
  readonly output?: string;
  /** Lines as they are, without the worker before them. */
  readonly plainOutput?: boolean;
}

/** The outputs of a parent: its own messages, and what its workers print, line by line. */
export class ParentOutput {
  /** A message of the parent itself. */
  readonly say: (message: string) => void;
  readonly stderr: SharedOutput;
  readonly stdout: SharedOutput;
  readonly #options: OutputOptions;
  readonly #file: LogFile | undefined;
  readonly #colors: { readonly stderr: Colors; readonly stdout: Colors };

  /** @param user whose file that of `output` may be, see {@link LogFile} */
  constructor(io: Pick<Io, 'env' | 'stderr' | 'stdout'>, options: OutputOptions, user?: number) {
    this.stderr = new SharedOutput(unblocked(io.stderr, 2));
    this.stdout = new SharedOutput(unblocked(io.stdout, 1));
    this.say = ownMessages(io, 'cyan', this.stderr);
    this.#options = options;
    this.#colors = { stderr: colorsOf(io.stderr, io.env), stdout: colorsOf(io.stdout, io.env) };
    this.#file = options.output === undefined ? undefined : new LogFile(options.output, this.say, user);
  }

  /**
   * Passes on what a worker prints.
   *
   * @param who it is, in words
   */
  relay(name: 'stderr' | 'stdout', source: Readable, who: string): void {
    const file = this.#file;
    const { plainOutput = false } = this.#options;
    if (file !== undefined) {
      const lines = new LineSplitter(
        plainOutput ? () => '' : () => `${new Date().toISOString()} ${who} ${name} | `,
      );
      relayLines(source, lines, (whole) => file.write(whole));
      return;
    }
    const prefix = plainOutput ? '' : this.#colors[name].dim(`${who} | `);
    this[name].relay(source, new LineSplitter(() => prefix));
  }

  /** Goes on in the file that has the name now. */
  reopen(): void {
    this.#file?.reopen();
  }

  /** Resolves when everything has been read, or nobody reads it. */
  async flushed(): Promise<void> {
    this.#file?.flush();
    await Promise.all([this.stderr.flushed(), this.stdout.flushed()]);
  }
}
