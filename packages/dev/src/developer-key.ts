import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Who has sent a request: the developer's browser, which has the cookie; a visitor that opens the URL with the key, and gets
 * the cookie; or anybody else, such as a visitor of a web server that passes everything on to this port.
 */
export type Visitor = 'developer' | 'opener' | 'stranger';

/**
 * What tells the developer from others: a key in the URLs that are printed, then a cookie. An address does not do: what a web server of this machine
 * passes on comes from this machine, too.
 */
export class DeveloperKey {
  readonly #cookie: string;
  readonly #key = randomBytes(16).toString('base64url');

  /** @param port of the server: browsers send cookies to all ports of a host */
  constructor(port: number) {
    this.#cookie = `fcgi_dev_${port}`;
  }

  /** A URL without a query, with the key in it. */
  urlWithKey(url: string): string {
    return `${url}?key=${this.#key}`;
  }

  /** The field `Set-Cookie` for an opener. No page of another site can have a browser send it. */
  get setCookie(): string {
    return `${this.#cookie}=${this.#key}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Tells who has sent a request, and takes key and cookie out of it: the application sees neither. */
  admit(request: IncomingMessage): Visitor {
    const hasCookie = this.#takeCookie(request);
    const hasKey = this.#takeKey(request);
    if (hasKey) return 'opener';
    return hasCookie ? 'developer' : 'stranger';
  }

  #takeKey(request: IncomingMessage): boolean {
    const [path = '', query] = (request.url ?? '').split(/\?(.*)/s, 2);
    if (query === undefined) return false;
    const parts = query.split('&');
    const others = parts.filter(
      (part) => !part.startsWith('key=') || !this.#isKey(part.slice('key='.length)),
    );
    if (others.length === parts.length) return false;
    request.url = others.length === 0 ? path : `${path}?${others.join('&')}`;
    return true;
  }

  #takeCookie({ rawHeaders }: IncomingMessage): boolean {
    let isFound = false;
    for (let index = rawHeaders.length - 2; index >= 0; index -= 2) {
      if (rawHeaders[index]?.toLowerCase() !== 'cookie') continue;
      const cookies = (rawHeaders[index + 1] ?? '').split(';');
      const others = cookies.filter((cookie) => !cookie.trim().startsWith(`${this.#cookie}=`));
      if (others.length === cookies.length) continue;
      isFound ||= cookies.some((cookie) => this.#isKey(cookie.trim().slice(this.#cookie.length + 1)));
      if (others.length === 0) rawHeaders.splice(index, 2);
      else rawHeaders[index + 1] = others.join(';').trim();
    }
    return isFound;
  }

  #isKey(text: string): boolean {
    const [given, key] = [Buffer.from(text), Buffer.from(this.#key)];
    return given.length === key.length && timingSafeEqual(given, key);
  }
}
