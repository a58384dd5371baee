import { errors, type FcgiServerError } from '../errors.ts';
import { type HeadProblem, ResponseHeadGate } from './head-gate.ts';
import type { InputSource } from './input-source.ts';
import { InputStream } from './input-stream.ts';
import { StderrStream, StdoutStream } from './output-stream.ts';
import type { RequestOutput } from './request-output.ts';

/** The answer to the request that streams belong to. */
export interface StreamsAnswer {
  /** Whether the request has been answered. */
  readonly settled: boolean;
  /** Ends the request because its handler failed. */
  fail(error: unknown): void;
}

/** The request that streams belong to. */
export interface StreamsOwner {
  /** Why the web server no longer wants the answer. */
  readonly abortError: FcgiServerError | undefined;
  readonly answer: StreamsAnswer;
  readonly dataInput: InputSource;
  readonly input: InputSource;
  readonly output: RequestOutput;
  report(error: unknown): void;
}

/** The Node streams of a request, each made when its handler first asks for it: adapters need none. */
export class HandlerStreams {
  readonly #owner: StreamsOwner;
  readonly #headLimit: number;
  #data: InputStream | undefined;
  #gate: ResponseHeadGate | undefined;
  #stderr: StderrStream | undefined;
  #stdin: InputStream | undefined;
  #stdout: StdoutStream | undefined;

  /** @param headLimit most bytes of a response head */
  constructor(owner: StreamsOwner, headLimit: number) {
    this.#owner = owner;
    this.#headLimit = headLimit;
  }

  get data(): InputStream {
    this.#data ??= this.#bodyStream(this.#owner.dataInput);
    return this.#data;
  }

  get stderr(): StderrStream {
    this.#stderr ??= new StderrStream(this.#owner.output);
    return this.#stderr;
  }

  get stdin(): InputStream {
    this.#stdin ??= this.#bodyStream(this.#owner.input);
    return this.#stdin;
  }

  get stdout(): StdoutStream {
    if (this.#stdout === undefined) {
      const owner = this.#owner;
      this.#gate = new ResponseHeadGate(this.#headLimit);
      this.#stdout = new StdoutStream(owner.output, this.#gate);
      // An error of ours may reach no other listener; those of the handler get it as well.
      this.#stdout.on('error', (error) => {
        if (error !== owner.abortError) owner.report(error);
      });
      // Nothing but respond() writes to the output of a request that has streams.
      if (owner.output.started) this.#stdout.destroy(errors.FCGI_HANDLER_FAILED.twice());
      if (owner.answer.settled || (owner.abortError !== undefined && owner.output.closed)) {
        this.#stdout.destroy(owner.abortError);
      }
    }
    return this.#stdout;
  }

  /** `stdout`, if the handler has asked for it. */
  get usedStdout(): StdoutStream | undefined {
    return this.#stdout;
  }

  /** What is wrong with the response head that the handler wrote. */
  get headProblem(): HeadProblem | undefined {
    return this.#gate?.problem;
  }

  /** Sends what STDERR holds back: the request is about to end. */
  releaseStderr(): void {
    this.#stderr?.release();
  }

  /** Nothing can be sent any more: a pipe into `stdout` ends. */
  abort(error: FcgiServerError): void {
    this.#stdout?.destroy(error);
  }

  /** The request has been answered. */
  close(): void {
    this.#stdin?.destroy();
    this.#data?.destroy();
    // One that is complete emits its `finish` soon, and is destroyed then.
    if (this.#stdout?.complete === false) this.#stdout.destroy();
  }

  #bodyStream(source: InputSource): InputStream {
    const owner = this.#owner;
    const stream = new InputStream(source);
    // A body that fails must not end the process where the handler has no listener; it waits for the end then.
    stream.on('error', (error) => {
      if (owner.abortError === undefined && stream.listenerCount('error') === 1) owner.answer.fail(error);
    });
    if (owner.answer.settled) stream.destroy();
    return stream;
  }
}
