/** What came back of a request, as far as it came. */
export interface Answer {
  readonly body: Buffer;
  /** Whether the answer came to its proper end: a browser would take it for whole. */
  readonly complete: boolean;
  /** Names and values as they were sent, in their order, each character one byte, without expected differences. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly reason: string;
  /** 0 where there was no head. */
  readonly status: number;
}

/** The answer of a request that got none. */
export const NO_ANSWER: Answer = {
  body: Buffer.alloc(0),
  complete: false,
  headers: [],
  reason: '',
  status: 0,
};

/** The parts of a head: its first line, and the fields. */
export function parseHead(text: string): { first: string; fields: Array<[name: string, value: string]> } {
  const [first = '', ...lines] = text.split('\r\n');
  return { first, fields: lines.map(parseField) };
}

/** One header line. */
export function parseField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw new Error(`This is no header field: ${JSON.stringify(line)}`);
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** The last value of a field. */
export function fieldOf(fields: Answer['headers'], name: string): string | undefined {
  return fields.findLast(([own]) => own.toLowerCase() === name)?.[1];
}

/** Whether an answer has no body whatever its fields say. */
export function isBodyless(status: number, method: string): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}
