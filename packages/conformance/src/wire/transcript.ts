import type { Buffer } from 'node:buffer';
import {
  ConnectionInspector,
  type Direction,
  describeScanned,
  type Scanned,
  typeName,
} from '@fcgi-js/inspector';
import { escapeLogText } from '@fcgi-js/inspector/text';

/** Bytes that are kept of a connection to show them. */
const KEPT_BYTES = 65_536;
/** Lines that are shown of a connection. */
const SHOWN_LINES = 60;

/** What passed on one connection, for people. */
export class Transcript {
  readonly #chunks: Array<readonly [Direction, Buffer]> = [];
  #kept = 0;
  #left = 0;
  #notes: string[] = [];

  add(direction: Direction, bytes: Buffer): void {
    if (this.#kept >= KEPT_BYTES) {
      this.#left += bytes.length;
      return;
    }
    const kept = bytes.subarray(0, KEPT_BYTES - this.#kept);
    this.#left += bytes.length - kept.length;
    this.#kept += kept.length;
    this.#chunks.push([direction, kept]);
  }

  /** Something that is no record: how the connection ended. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Each record in words: `>` to the application, `<` from it. Below it, what is wrong with it. */
  lines(): string[] {
    const inspector = new ConnectionInspector();
    const lines: string[] = [];
    const show = (observations: ReturnType<ConnectionInspector['push']>) => {
      for (const { direction, findings, scanned } of observations) {
        if (scanned !== undefined)
          lines.push(`${direction === 'to-application' ? '>' : '<'} ${describe(scanned)}`);
        for (const { level, message } of findings) lines.push(`    ${level}: ${escapeLogText(message)}`);
      }
    };
    for (const [direction, bytes] of this.#chunks) show(inspector.push(direction, bytes));
    if (this.#left === 0) {
      show(inspector.end('to-application'));
      show(inspector.end('from-application'));
    }
    const shown = lines.slice(0, SHOWN_LINES);
    if (lines.length > shown.length) shown.push(`… ${lines.length - shown.length} more lines`);
    if (this.#left > 0) shown.push(`… ${this.#left} more bytes`);
    return [...shown, ...this.#notes];
  }
}

function describe(scanned: Scanned): string {
  if (scanned.kind !== 'record') return escapeLogText(describeScanned(scanned));
  const { padding, requestId, type } = scanned;
  const padded = padding.length === 0 ? '' : `, ${padding.length} bytes of padding`;
  return escapeLogText(`${typeName(type)} ${requestId}: ${describeScanned(scanned)}${padded}`);
}
