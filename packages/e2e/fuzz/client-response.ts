import { CgiResponseParser, FcgiClientError } from '@fcgi-js/client';
import { pieces } from './outcome.ts';

const LIMITS = { headBytes: 200, headFields: 5 };
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Control characters of ASCII but the tab. */
const CONTROL = /(?![\t\x80-\x9f])\p{Cc}/u;

/** What a parser made of a response. */
interface Parsed {
  readonly body: string;
  readonly error: string | undefined;
  readonly head: string | undefined;
}

/**
 * Any bytes give a head and a body or an FcgiClientError, the same however they are cut, and no head that an HTTP
 * client could be fooled with.
 */
export function fuzz(data: Buffer): void {
  const whole = parse(data, data.length);
  for (const size of [1, 3, 16]) {
    const found = JSON.stringify(parse(data, size));
    if (found !== JSON.stringify(whole)) throw new Error(`Cut into ${size} bytes: ${found}`);
  }
  if (whole.head === undefined) return;
  const end = /(^|\n)\r?\n/.exec(data.toString('latin1'));
  const rest = data.toString('latin1', end === null ? data.length : end.index + end[0].length);
  if (whole.body !== rest) throw new Error('The body is not what follows the first empty line.');
}

function parse(data: Buffer, size: number): Parsed {
  const parser = new CgiResponseParser(LIMITS);
  let head: string | undefined;
  let body = '';
  try {
    for (const piece of pieces(data, size)) {
      parser.push(piece);
      for (let part = parser.next(); part !== undefined; part = parser.next()) {
        if (part.type === 'body') {
          body += Buffer.from(part.content).toString('latin1');
        } else {
          checkHead(part.head);
          head = JSON.stringify(part.head);
        }
      }
    }
    parser.end();
  } catch (error) {
    if (!(error instanceof FcgiClientError)) throw error;
    return { body, error: error.code, head };
  }
  return { body, error: undefined, head };
}

function checkHead(head: {
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly reason: string;
  readonly status: number;
}): void {
  if (!(head.status >= 100 && head.status <= 999)) throw new Error(`Status ${head.status}.`);
  if (head.headers.length > LIMITS.headFields) throw new Error('There are too many fields.');
  if (CONTROL.test(head.reason)) throw new Error('The reason has a control character.');
  for (const [name, value] of head.headers) {
    if (!TOKEN.test(name) || CONTROL.test(value)) throw new Error(`${JSON.stringify([name, value])} passed.`);
  }
}
