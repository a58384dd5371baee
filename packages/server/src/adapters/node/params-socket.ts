import type { Params } from '../../cgi/params.ts';
import { isEncrypted } from '../../cgi/request-url.ts';
import type { NodeServer } from './node-server.ts';
import { RequestSocket, type SocketPeer } from './request-socket.ts';
import { type SocketSecurity, tlsRequestSocket } from './tls-request-socket.ts';
import type { SocketAddresses } from './unconnected-socket.ts';

/** The socket of a request: a `net.Socket`, or a `tls.TLSSocket` where the browser's connection is encrypted. */
export function socketOf(params: Params, peer: SocketPeer, server: NodeServer): RequestSocket {
  const addresses = new ParamsAddresses(params);
  if (!isEncrypted(params)) return new RequestSocket(peer, addresses, server);
  const TlsRequestSocket = tlsRequestSocket();
  return new TlsRequestSocket(peer, addresses, server, new ParamsSecurity(params));
}

/** The addresses in the params of a request, read when they are first needed. */
class ParamsAddresses implements SocketAddresses {
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  get localAddress(): string | undefined {
    return this.#params.get('SERVER_ADDR') || undefined;
  }

  get localPort(): number | undefined {
    return portOf(this.#params.get('SERVER_PORT'));
  }

  get remoteAddress(): string | undefined {
    return this.#params.get('REMOTE_ADDR') || undefined;
  }

  get remotePort(): number | undefined {
    return portOf(this.#params.get('REMOTE_PORT'));
  }
}

/** What Apache's mod_ssl, lighttpd and Caddy call their params about TLS, and guides for nginx after them. */
class ParamsSecurity implements SocketSecurity {
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  get cipher(): string | undefined {
    return this.#params.get('SSL_CIPHER') || undefined;
  }

  get clientCertificate(): string | undefined {
    return this.#params.get('SSL_CLIENT_CERT') || undefined;
  }

  get protocol(): string | undefined {
    return this.#params.get('SSL_PROTOCOL') || undefined;
  }

  get serverName(): string | undefined {
    return this.#params.get('SSL_TLS_SNI') || undefined;
  }

  get verification(): string | undefined {
    return this.#params.get('SSL_CLIENT_VERIFY') || undefined;
  }
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
