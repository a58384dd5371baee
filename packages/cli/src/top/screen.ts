import { emitKeypressEvents, type Key } from 'node:readline';
import type { Colors, Io } from '@fcgi-js/runner/command';
import type { TopLines } from './render-top.ts';
import { SORTS, type Sort } from './sort-workers.ts';

/** The other screen of the terminal, on which long lines are cut and no cursor is seen; and back again. */
const OPEN = '\x1b[?1049h\x1b[?7l\x1b[?25l';
const CLOSE = '\x1b[?25h\x1b[?7h\x1b[?1049l';

/** A key that was pressed, or a change of the screen's size. */
export interface ScreenEvents {
  readonly key: (name: string) => void;
  readonly resize: () => void;
}

/** The screen of `fcgi top`. Close it, whatever happens. */
export class Screen {
  readonly #colors: Colors;
  readonly #events: ScreenEvents;
  readonly #io: Io;
  readonly #onKey = (_text: string | undefined, { ctrl, name }: Key) =>
    this.#events.key(ctrl ? `^${name}` : (name ?? ''));

  constructor(io: Io, colors: Colors, events: ScreenEvents) {
    this.#colors = colors;
    this.#events = events;
    this.#io = io;
    io.stdout.write(OPEN);
    io.stdout.on('resize', events.resize);
    if (io.stdin.isTTY) {
      emitKeypressEvents(io.stdin);
      io.stdin.setRawMode?.(true);
      io.stdin.on('keypress', this.#onKey);
      io.stdin.resume();
    }
  }

  close(): void {
    const { stdin, stdout } = this.#io;
    stdout.off('resize', this.#events.resize);
    if (stdin.isTTY) {
      stdin.off('keypress', this.#onKey);
      stdin.setRawMode?.(false);
      stdin.pause();
    }
    stdout.write(CLOSE);
  }

  /** Shows as much as there is room for. */
  draw({ facts, head, workers }: TopLines, sort: Sort, failure: string | undefined): void {
    const { bold, dim, red } = this.#colors;
    // A terminal that does not know its size says 0.
    const width = this.#io.stdout.columns || 80;
    const height = this.#io.stdout.rows || 24;
    const cut = (line: string) => [...line].slice(0, width).join('');
    const above = [
      ...(failure === undefined ? [] : [red(cut(failure))]),
      ...facts.map(cut),
      '',
      bold(cut(head)),
    ];
    const room = Math.max(0, height - above.length - 2);
    const hidden = workers.length - room;
    const shown = hidden > 0 ? [...workers.slice(0, Math.max(0, room - 1)), `${hidden + 1} more`] : workers;
    const lines = [...above, ...shown.map(cut), ''].slice(0, height - 1);
    const text = [...lines, dim(cut(footLine(sort)))].map((line) => `${line}\x1b[K`).join('\r\n');
    this.#io.stdout.write(`\x1b[H${text}\x1b[J`);
  }
}

function footLine(sort: Sort): string {
  const sorts = SORTS.map((one) => {
    const title = `${one.key} ${one.name}`;
    return one === sort ? `[${title}]` : title;
  });
  return `q quit   sorted by: ${sorts.join('  ')}`;
}
