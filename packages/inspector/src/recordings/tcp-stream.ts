import type { Direction } from '../finding.ts';
import { directionOf } from '../record-rules.ts';
import type { RecordedChunk } from './recording.ts';

/** A TCP segment of a capture. */
export interface Segment {
  /** What the capture has of its payload. */
  readonly bytes: Uint8Array;
  readonly destination: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isOpening: boolean;
  /** Of its payload on the wire. */
  readonly length: number;
  /** Position of its payload, counted from the first segment of the direction that is in the capture. */
  readonly sequence: number;
  readonly source: string;
  readonly stream: number;
  readonly time: number;
}

/** One side of a connection. */
class Side {
  /** Bytes that are in order. */
  readonly chunks: Array<{ readonly bytes: Uint8Array; readonly time: number }> = [];
  /** Whether its beginning is in the capture. */
  hasBeginning = false;
  missing = 0;
  endTime: number | undefined;
  #next: number | undefined;
  #waiting: Segment[] = [];

  add(segment: Segment): void {
    if (segment.isFirst) {
      this.hasBeginning = true;
      this.#next = segment.sequence + 1;
    }
    if (segment.isLast) this.endTime = segment.time;
    if (segment.length === 0) return;
    this.#next ??= segment.sequence;
    this.#waiting.push(segment);
    this.#settle();
  }

  /** What is still missing will not come: goes on after it. */
  skipGaps(): void {
    while (this.#waiting.length > 0 && this.#next !== undefined) {
      const first = Math.min(...this.#waiting.map(({ sequence }) => sequence));
      this.missing += first - this.#next;
      this.#next = first;
      this.#settle();
    }
  }

  /** Takes what follows on what is there; what came twice is left out. */
  #settle(): void {
    this.#waiting.sort((one, other) => one.sequence - other.sequence);
    for (let [segment] = this.#waiting; segment !== undefined; [segment] = this.#waiting) {
      const next = this.#next ?? segment.sequence;
      if (segment.sequence > next) return;
      this.#waiting.shift();
      const end = segment.sequence + segment.length;
      if (end <= next) continue;
      const bytes = segment.bytes.subarray(next - segment.sequence);
      this.missing += end - next - bytes.length;
      // The receiver could read it when what belongs before it had come.
      const time = Math.max(segment.time, this.chunks.at(-1)?.time ?? 0);
      if (bytes.length > 0) this.chunks.push({ bytes, time });
      this.#next = end;
    }
  }
}

/** A TCP connection of a capture, put together from its segments however they came. */
export class TcpStream {
  readonly #sides = new Map<string, Side>();
  #server: string | undefined;

  add(segment: Segment): void {
    if (segment.isOpening) this.#server = segment.destination;
    for (const name of [segment.source, segment.destination]) {
      if (!this.#sides.has(name)) this.#sides.set(name, new Side());
    }
    this.#sides.get(segment.source)?.add(segment);
  }

  get hasBytes(): boolean {
    return this.#settled().some(([, side]) => side.chunks.length > 0);
  }

  /** Whether one of its sides begins with a record. */
  get looksLikeFastCgi(): boolean {
    return this.#settled().some(([, side]) => guess(side) !== undefined);
  }

  /** `web server → application`. */
  get name(): string {
    const application = this.#application();
    const other = [...this.#sides.keys()].find((name) => name !== application);
    return `${other} → ${application}`;
  }

  /** What the capture does not have. */
  get notes(): string[] {
    const sides = this.#settled().map(([, side]) => side);
    const missing = sides.reduce((sum, side) => sum + side.missing, 0);
    return [
      ...(sides.some(({ hasBeginning }) => !hasBeginning) ? ['its beginning is not in the capture.'] : []),
      ...(missing > 0
        ? [`${missing} bytes of it are not in the capture; what seems wrong may be due to that.`]
        : []),
    ];
  }

  get seen(): 'both' | Direction {
    const directions = this.#settled()
      .filter(([, side]) => side.chunks.length > 0)
      .map(([name]) => this.#directionFrom(name));
    return directions.length === 1 ? (directions[0] ?? 'both') : 'both';
  }

  /** Everything in the order of time. */
  chunks(): RecordedChunk[] {
    const chunks = this.#settled().flatMap(([name, side]): RecordedChunk[] => {
      const direction = this.#directionFrom(name);
      const bytes = side.chunks.map((chunk) => ({ ...chunk, direction }));
      return side.endTime === undefined ? bytes : [...bytes, { direction, time: side.endTime }];
    });
    return chunks.sort((one, other) => (one.time ?? 0) - (other.time ?? 0));
  }

  #settled(): Array<[name: string, side: Side]> {
    const sides = [...this.#sides];
    for (const [, side] of sides) side.skipGaps();
    return sides;
  }

  #directionFrom(name: string): Direction {
    return name === this.#application() ? 'from-application' : 'to-application';
  }

  /** Who was connected to; where the capture does not have that, who sends what applications send. */
  #application(): string | undefined {
    if (this.#server !== undefined) return this.#server;
    const guesses = this.#settled().map(([name, side]) => ({ name, direction: guess(side) }));
    const certain = guesses.find(({ direction }) => direction === 'from-application');
    if (certain !== undefined) return certain.name;
    const asker = guesses.find(({ direction }) => direction === 'to-application');
    return guesses.find(({ name }) => name !== asker?.name)?.name;
  }
}

/** Which way the bytes of a side go, if they begin with a record. */
function guess({ chunks }: Side): Direction | undefined {
  const [version, type = 0, high = 0, low = 0, , , , reserved] = Buffer.concat(
    chunks.slice(0, 8).map(({ bytes }) => bytes),
  );
  if (version !== 1 || reserved !== 0 || (high + low === 0) !== type >= 9) return undefined;
  return directionOf(type);
}
