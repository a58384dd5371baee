import type { IncomingMessage } from 'node:http';
import type { RequestFacts } from '../params-from-request.ts';
import { GatewayRefusal } from './failure-page.ts';

const UNREADABLE =
  'Something before the gateway has read the body of the request, and left nothing that it could be made of again. Put the gateway before the body parser (app.use(gateway.listener); app.use(express.json())), or the parser on the routes that need it.';

/**
 * The body of a request that a body parser has read before the gateway got it, made again of what the parser has put into
 * `request.body`; `undefined` where it has not been read.
 *
 * @throws GatewayRefusal 500 where it cannot be made again: multipart forms, forms with fields inside fields
 */
export function parsedBody(request: IncomingMessage): Uint8Array | undefined {
  if (!request.readableEnded) return undefined;
  const parsed: unknown = 'body' in request ? request.body : undefined;
  if (parsed instanceof Uint8Array) return parsed;
  if (typeof parsed === 'string') return Buffer.from(parsed);
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/^application\/(?:[^;]+\+)?json$/.test(type) && parsed !== undefined) {
    return Buffer.from(JSON.stringify(parsed));
  }
  if (type === 'application/x-www-form-urlencoded' && isForm(parsed)) return Buffer.from(encodeForm(parsed));
  throw new GatewayRefusal(500, UNREADABLE);
}

/** What a request says of a body that has been made again: its length is another, and a parser has decoded it. */
export function withBody(facts: RequestFacts, body: Uint8Array): RequestFacts {
  const others = facts.fields.filter(
    ([name]) => !/^(?:content-encoding|content-length|transfer-encoding)$/i.test(name),
  );
  return { ...facts, fields: [...others, ['Content-Length', `${body.length}`]] };
}

type Form = Readonly<Record<string, string | readonly string[]>>;

function isForm(value: unknown): value is Form {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((field: unknown) =>
    Array.isArray(field) ? field.every((one) => typeof one === 'string') : typeof field === 'string',
  );
}

function encodeForm(form: Form): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const one of typeof value === 'string' ? [value] : value) pairs.append(name, one);
  }
  return pairs.toString();
}
