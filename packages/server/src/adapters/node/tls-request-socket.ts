import type { X509Certificate } from 'node:crypto';
import type { CipherNameAndProtocol, PeerCertificate } from 'node:tls';
import type { NodeServer } from './node-server.ts';
import { RequestSocket, type SocketPeer } from './request-socket.ts';
import { type SocketAddresses, UnconnectedSocket } from './unconnected-socket.ts';

/** What the web server says of the encryption of the browser's connection; undefined where it does not say it. */
export interface SocketSecurity {
  /** Name of the cipher, as OpenSSL has it. */
  readonly cipher: string | undefined;
  /** The browser's certificate, as PEM. */
  readonly clientCertificate: string | undefined;
  /** `TLSv1.3` and so on. */
  readonly protocol: string | undefined;
  /** Of the host that the browser asked for (SNI). */
  readonly serverName: string | undefined;
  /** `SUCCESS`, `NONE`, or `FAILED:` and the reason. */
  readonly verification: string | undefined;
}

/** Makes a {@link RequestSocket} that is a `tls.TLSSocket`. */
export type TlsRequestSocketClass = new (
  peer: SocketPeer,
  addresses: SocketAddresses,
  server: NodeServer,
  security: SocketSecurity,
) => RequestSocket;

const FAILED = 'FAILED:';

let loadedClass: TlsRequestSocketClass | undefined;

/** The class of sockets for HTTPS. Loaded with the first request that needs it, as `node:tls` takes memory. */
export function tlsRequestSocket(): TlsRequestSocketClass {
  loadedClass ??= makeClass();
  return loadedClass;
}

function makeClass(): TlsRequestSocketClass {
  const { TLSSocket } = process.getBuiltinModule('node:tls');

  /** What is not here is the method of a `TLSSocket` that has been closed, and says that it knows nothing. */
  class TlsRequestSocket extends RequestSocket {
    readonly alpnProtocol = false;
    authorizationError: string | null = null;
    authorized: boolean;
    /** Frameworks look whether there is such a property, which a `net.Socket` does not have. */
    encrypted = true;
    readonly secureConnecting = false;
    readonly servername: string | false;
    readonly #security: SocketSecurity;

    constructor(peer: SocketPeer, addresses: SocketAddresses, server: NodeServer, security: SocketSecurity) {
      super(peer, addresses, server);
      this.#security = security;
      const { serverName = false, verification } = security;
      this.authorized = verification === 'SUCCESS';
      if (verification?.startsWith(FAILED) === true) {
        this.authorizationError = verification.slice(FAILED.length);
      }
      this.servername = serverName;
    }

    getCipher(): CipherNameAndProtocol | null {
      const { cipher, protocol } = this.#security;
      return cipher === undefined ? null : { name: cipher, standardName: cipher, version: protocol ?? '' };
    }

    /** Without a certificate an empty object, as of Node. */
    getPeerCertificate(): PeerCertificate | object {
      return this.getPeerX509Certificate()?.toLegacyObject() ?? {};
    }

    getPeerX509Certificate(): X509Certificate | undefined {
      return readCertificate(this.#security.clientCertificate);
    }

    getProtocol(): string | null {
      return this.#security.protocol ?? null;
    }
  }

  Reflect.deleteProperty(TlsRequestSocket.prototype, 'constructor');
  // Its instances inherit from `TLSSocket` what RequestSocket does not have; that one alone inherits from `net.Socket`.
  const members = {
    ...Object.getOwnPropertyDescriptors(UnconnectedSocket.prototype),
    ...Object.getOwnPropertyDescriptors(RequestSocket.prototype),
  };
  Object.setPrototypeOf(TlsRequestSocket.prototype, Object.create(TLSSocket.prototype, members));
  return TlsRequestSocket;
}

/** nginx has a certificate whose lines begin with tabs ($ssl_client_cert), or one that is escaped ($ssl_client_escaped_cert). */
function readCertificate(text: string | undefined): X509Certificate | undefined {
  if (text === undefined) return undefined;
  try {
    const { X509Certificate } = process.getBuiltinModule('node:crypto');
    const pem = text.includes('%20') ? decodeURIComponent(text) : text;
    return new X509Certificate(pem.replaceAll('\t', ''));
  } catch {
    // What the web server sends is none: as if it had sent nothing.
    return undefined;
  }
}
