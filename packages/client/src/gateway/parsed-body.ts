import type { IncomingMessage } from 'node:http';
import type { RequestFacts } from '../params-from-request.ts';
import { GatewayRefusal } from './failure-page.ts';

const UNREADABLE =
  'Something before the gateway has read the body of the request, and left nothing that it could be made of again. Put the gateway before the body parser (app.use(gateway.listener); app.use(express.json())), or the parser on the routes that need it.';

/**
 * The body of a request that a body parser has read before the gateway got it, made again of what the parser has put into
 * `request.body`; `undefined` where it has not been read.
 *
 * @param isForScript whether lists in forms are named `a[]`, as PHP wants them: of `a=1&a=2` it takes the last
 * @throws GatewayRefusal 500 where it cannot be made again: multipart forms, what was read and thrown away
 */
export function parsedBody(request: IncomingMessage, isForScript: boolean): Uint8Array | undefined {
  if (!request.readableEnded) return undefined;
  const parsed: unknown = 'body' in request ? request.body : undefined;
  if (parsed instanceof Uint8Array) return parsed;
  if (typeof parsed === 'string') return Buffer.from(parsed);
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/^application\/(?:[^;]+\+)?json$/.test(type) && parsed !== undefined) {
    return Buffer.from(JSON.stringify(parsed));
  }
  if (type === 'application/x-www-form-urlencoded' && isForm(parsed)) {
    return Buffer.from(encodeForm(parsed, isForScript));
  }
  throw new GatewayRefusal(500, UNREADABLE);
}

/** What a request says of a body that has been made again: its length is another, and a parser has decoded it. */
export function withBody(facts: RequestFacts, body: Uint8Array): RequestFacts {
  const others = facts.fields.filter(
    ([name]) => !/^(?:content-encoding|content-length|transfer-encoding)$/i.test(name),
  );
  return { ...facts, fields: [...others, ['Content-Length', `${body.length}`]] };
}

type Field = string | readonly Field[] | { readonly [name: string]: Field };

type Form = Exclude<Field, string>;

function isForm(value: unknown): value is Form {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((field: unknown) => typeof field === 'string' || isForm(field));
}

function encodeForm(form: Form, isForScript: boolean): string {
  const pairs = new URLSearchParams();
  /** @param hasBrackets whether a list needs them in its name */
  const add = (name: string, field: Field, hasBrackets: boolean): void => {
    if (typeof field === 'string') {
      pairs.append(name, field);
      return;
    }
    const list = hasBrackets && !name.endsWith('[]') ? `${name}[]` : name;
    for (const [key, one] of Object.entries<Field>(field)) {
      add(Array.isArray(field) && typeof one === 'string' ? list : `${name}[${key}]`, one, true);
    }
  };
  for (const [name, field] of Object.entries<Field>(form)) add(name, field, isForScript);
  return pairs.toString();
}
