import type { Params } from '@fcgi-js/server';

/** What a request asks the probe for: the path and the arguments of REQUEST_URI. */
export class Arguments {
  readonly path: string;
  readonly #values = new Map<string, string>();

  /**
   * @param params of the request
   * @throws URIError where an argument is not percent-encoded UTF-8
   */
  constructor(params: Params) {
    const uri = params.get('REQUEST_URI') ?? '';
    const mark = uri.indexOf('?');
    this.path = mark === -1 ? uri : uri.slice(0, mark);
    const query = mark === -1 ? '' : uri.slice(mark + 1);
    for (const argument of query.split('&')) {
      const [name = '', value = ''] = splitAt(argument, argument.indexOf('='));
      this.#values.set(decodeURIComponent(name), decodeURIComponent(value));
    }
  }

  /** An argument as text, '' if it did not come. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** Whether an argument came. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /**
   * An argument as a number.
   *
   * @param fallback what a missing one stands for
   */
  number(name: string, fallback = 0): number {
    const text = this.#values.get(name);
    return text === undefined ? fallback : Number(text);
  }
}

function splitAt(text: string, position: number): [string, string] {
  return position === -1 ? [text, ''] : [text.slice(0, position), text.slice(position + 1)];
}
