import { StringDecoder } from 'node:string_decoder';
import { escapeLogText } from '@fcgi-js/client';
import { colorsOf, type Io } from '@fcgi-js/runner/command';

/** Shows what an application writes to FCGI_STDERR, line by line and marked, on stderr. */
export class StderrLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #io: Io;
  readonly #mark: string;
  #rest = '';

  constructor(io: Io) {
    this.#io = io;
    this.#mark = colorsOf(io.stderr, io.env).yellow('stderr:');
  }

  add(content: Uint8Array): void {
    this.#show((this.#rest + this.#decoder.write(Buffer.from(content))).split('\n'));
  }

  /** Shows a last line that has no end. */
  end(): void {
    this.#show([...(this.#rest + this.#decoder.end()).split('\n'), '']);
  }

  #show(lines: string[]): void {
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') this.#io.stderr.write(`${this.#mark} ${escapeLogText(line.replace(/\r$/, ''))}\n`);
    }
  }
}
