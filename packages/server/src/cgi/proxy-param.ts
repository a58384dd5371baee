import { PlacedNames } from './name-keys.ts';
import { Params } from './params.ts';

/** The header field `Proxy` as a param; Cherokee leaves letters small, and colons and blanks at the end. */
const PROXY = /^HTTP_[Pp][Rr][Oo][Xx][Yy][: ]*$/;

const proxies = new PlacedNames('HTTP_', (name) => (PROXY.test(name) ? name : ''));

/**
 * Params without HTTP_PROXY, which a browser sends as the header field `Proxy`: HTTP clients, and programs that get the
 * params as their environment, take it for the proxy that they are to use ("httpoxy", CVE-2016-5385 and others).
 *
 * @returns the same params where it did not come
 */
export function withoutProxyParam(params: Params): Params {
  let isThere = false;
  params.each(proxies, () => {
    isThere = true;
  });
  return isThere ? Params.from([...params.received()].filter(([name]) => !PROXY.test(name))) : params;
}
