import { hasStack, isObject, parseJson, stackIn } from './logged-errors.ts';
import { http } from './node-http.ts';

/** What an answer with a status of 500 or more says. */
export interface ErrorAnswer {
  /** Whether the framework has written it, in the place of an application that has failed. */
  readonly isStandard: boolean;
  /** The name of the error, or what else it says in one line. */
  readonly message: string | undefined;
  /** The stack that it shows, where it shows one. */
  readonly stack: string | undefined;
}

/** What `finalhandler` writes for Express, connect and what stands on them. */
const STANDARD_PAGE =
  /^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error<\/title>\n<\/head>\n<body>\n<pre>(.*)<\/pre>\n<\/body>\n<\/html>\n$/s;

/** Reads an answer in HTML, in JSON or of text. */
export function readErrorAnswer(status: number, body: string): ErrorAnswer {
  const [, page] = STANDARD_PAGE.exec(body) ?? [];
  if (page !== undefined) return textAnswer(true, textOf(page));
  const json = body.trimStart().startsWith('{') ? parseJson(body) : undefined;
  if (isObject(json)) return jsonAnswer(status, json);
  return textAnswer(body.trim() === '' || body.trim() === http.STATUS_CODES[status], body);
}

function textAnswer(isStandard: boolean, text: string): ErrorAnswer {
  return { isStandard, message: undefined, stack: hasStack(text) ? text : undefined };
}

/** Fastify, Nest, h3, hapi and Feathers name the status in the object, each by one of these names. */
function jsonAnswer(status: number, json: Record<string, unknown>): ErrorAnswer {
  const isStandard = [json['statusCode'], json['status'], json['code']].includes(status);
  const { message } = json;
  return { isStandard, message: typeof message === 'string' ? message : undefined, stack: stackIn(json) };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<br>': '\n',
  '&nbsp;': ' ',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function textOf(markup: string): string {
  return markup.replace(/<br>|&(?:nbsp|lt|gt|quot|#39|amp);/g, (each) => ENTITIES[each] ?? each);
}
