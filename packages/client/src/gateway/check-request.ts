import type { RequestFacts } from '../params-from-request.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { RequestRefusal } from './failure-page.ts';

/** Why no application gets a request; `undefined` where one does. */
export function refusalOf(facts: RequestFacts, hosts: AllowedHosts): RequestRefusal | undefined {
  const values = (wanted: string) =>
    facts.fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const misframed = misframing(values('transfer-encoding'), values('content-length'), facts.protocol);
  if (misframed !== undefined) return misframed;
  if (values('host').length > 1) return new RequestRefusal(400, 'A request has one Host (RFC 9112 §3.2).');
  if (!hosts.allow(facts)) {
    return new RequestRefusal(
      421,
      'This gateway does not serve the host that the request names. If the host is yours, add it to allowedHosts.',
    );
  }
  if (values('upgrade').some((value) => /\bwebsocket\b/i.test(value))) {
    return new RequestRefusal(
      501,
      'WebSockets cannot pass: FastCGI has no connection that stays open both ways.',
    );
  }
  return undefined;
}

/**
 * RFC 9112 §6: a body is framed by Content-Length, or by `Transfer-Encoding: chunked`, which the HTTP server takes off.
 * Everything else would pass on a body that is still encoded, or one that another server on the way has framed
 * differently; then nothing that follows on the connection can be trusted either.
 */
function misframing(
  encodings: readonly string[],
  lengths: readonly string[],
  protocol: string,
): RequestRefusal | undefined {
  if (encodings.length === 0) return undefined;
  const refusal = (status: number, message: string) => new RequestRefusal(status, message, 'closed');
  if (lengths.length > 0) {
    return refusal(400, 'A request has Transfer-Encoding or Content-Length, but not both (RFC 9112 §6.2).');
  }
  if (protocol === 'HTTP/1.0') return refusal(400, 'HTTP/1.0 has no Transfer-Encoding (RFC 9112 §6.1).');
  const codings = encodings
    .join(',')
    .split(',')
    .map((coding) => coding.trim().toLowerCase());
  if (
    codings.at(-1) !== 'chunked' ||
    codings.indexOf('chunked') < codings.length - 1 ||
    codings.includes('')
  ) {
    return refusal(
      400,
      'The last Transfer-Encoding of a request is "chunked", which is there once (RFC 9112 §6.1).',
    );
  }
  if (codings.length === 1) return undefined;
  return refusal(
    501,
    'This gateway knows no Transfer-Encoding but "chunked": send the body without another.',
  );
}
