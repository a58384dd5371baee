import http, { type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Stream } from 'node:stream';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { fromNodeListener } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { overHttp } from '../../support/both-ways.ts';
import { start } from '../../support/harness.ts';
import { GET, request } from '../../support/wire.ts';

/** Self-signed, of CN=Jane Doe, O=Example. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBojCCAUegAwIBAgIUYnHgoCfyyccWPeOk64y7a9W6HVQwCgYIKoZIzj0EAwIw
JTERMA8GA1UEAwwISmFuZSBEb2UxEDAOBgNVBAoMB0V4YW1wbGUwIBcNMjYxMTMw
MTM1NzI3WhgPMjEyNjExMDYxMzU3MjdaMCUxETAPBgNVBAMMCEphbmUgRG9lMRAw
DgYDVQQKDAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbn5J2mvu
jCHlnHbuKLuMDOZF4+ypiyYZfr1lHCUxVBYvBWcPzgMQY/sXv7H27rwxkbEUkGQh
3bD67hvCU0WlaKNTMFEwHQYDVR0OBBYEFMOBxQMqqm9oF219sz7Y5UWoRJXhMB8G
A1UdIwQYMBaAFMOBxQMqqm9oF219sz7Y5UWoRJXhMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhALJZellgpvqgsj7/wRMAW/0oN+rH3MOHK9qt39IP
cMgLAiEA7seMggLM/OGkIwbvfGlwDlE2GxfPuo7l7OPlrxMtL5I=
-----END CERTIFICATE-----
`;

/** What a listener makes of the socket of one request over FastCGI, with these params. */
async function seenOverFastCgi<Seen>(look: (socket: Socket) => Seen, params: Record<string, string> = {}) {
  let seen: Seen | undefined;
  const responder = fromNodeListener((req: IncomingMessage, res) => {
    seen = look(req.socket);
    res.end();
  });
  const peer = await (await start({ responder })).connect();
  peer.send(request(1, { params: { ...GET, ...params } }));
  await peer.answer(1);
  return seen;
}

/** The same over HTTP. */
async function seenOverHttp<Seen>(look: (socket: Socket) => Seen) {
  let seen: Seen | undefined;
  await overHttp(
    http.createServer((req, res) => {
      seen = look(req.socket);
      res.end();
    }),
  );
  return seen;
}

/** Names that libraries may look for: neither those of Node's own books nor those of every stream. */
function members(socket: object): string[] {
  const names = new Set<string>();
  for (let object = socket; object !== Stream.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) if (!name.startsWith('_')) names.add(name);
  }
  return [...names].sort();
}

/** What the HTTP parser of Node leaves on the sockets that it reads from. */
const OF_THE_PARSER = ['parser', 'prependListener'];

test('the socket has the members of a net.Socket, and no others', async () => {
  const ofNode = await seenOverHttp(members);
  const ours = await seenOverFastCgi(members);
  expect(ours).toEqual(ofNode?.filter((name) => !OF_THE_PARSER.includes(name)));
});

test('the socket of HTTPS has those of a tls.TLSSocket', async () => {
  const socket = new TLSSocket(new Socket());
  const ofNode = members(socket).filter((name) => name !== 'ssl');
  socket.destroy();
  expect(await seenOverFastCgi(members, { HTTPS: 'on' })).toEqual(ofNode);
});

test('it is a net.Socket, also by name, and a tls.TLSSocket for HTTPS alone', async () => {
  const look = (socket: Socket) => [
    socket instanceof Socket,
    socket instanceof TLSSocket,
    socket.constructor.name,
  ];
  expect(await seenOverFastCgi(look)).toEqual(await seenOverHttp(look));
  expect(await seenOverFastCgi(look, { HTTPS: 'on' })).toEqual([true, true, 'TLSSocket']);
});

test('what may be assigned is assigned, and what may not be is not, as with Node', async () => {
  const names = `allowHalfOpen bytesRead bytesWritten closed connecting destroyed encrypted errored foo localAddress
    localFamily localPort pending readableEnded readyState remoteAddress remoteFamily remotePort server timeout writableLength`;
  const look = (socket: Socket) =>
    names.split(/\s+/).map((name) => {
      // The setter of Node for this one takes what is no boolean, too.
      if (name === 'destroyed') return [name, Reflect.get(socket, name)];
      const before = Reflect.get(socket, name);
      const seen = [name, Reflect.set(socket, name, 'ours'), Reflect.get(socket, name) === 'ours'];
      Reflect.set(socket, name, before);
      return seen;
    });
  expect(await seenOverFastCgi(look)).toEqual(await seenOverHttp(look));
});

test('it answers what streams are asked', async () => {
  const look = (socket: Socket) => {
    const heard = () => {};
    socket.on('data', heard).on('readable', heard).off('data', heard).off('readable', heard);
    return [
      socket.read(),
      socket.readableLength,
      socket.readableEncoding,
      socket.readableDidRead,
      socket.readableAborted,
      Reflect.get(socket, 'bufferSize'),
      socket.timeout,
    ];
  };
  expect(await seenOverFastCgi(look)).toEqual(await seenOverHttp(look));
});

const tls = (socket: Socket) => {
  const { authorizationError, authorized, encrypted, servername } = socket as TLSSocket & {
    servername?: unknown;
  };
  const { subject } = (socket as TLSSocket).getPeerCertificate() as Partial<PeerCertificate>;
  return {
    authorizationError,
    authorized,
    cipher: (socket as TLSSocket).getCipher(),
    encrypted,
    organisation: subject?.O,
    protocol: (socket as TLSSocket).getProtocol(),
    servername,
    serial: (socket as TLSSocket).getPeerX509Certificate()?.serialNumber.length,
  };
};

test('the socket of HTTPS tells what the web server tells of TLS', async () => {
  const params = {
    HTTPS: 'on',
    SSL_CIPHER: 'TLS_AES_256_GCM_SHA384',
    SSL_CLIENT_CERT: CERTIFICATE,
    SSL_CLIENT_VERIFY: 'SUCCESS',
    SSL_PROTOCOL: 'TLSv1.3',
    SSL_TLS_SNI: 'example.org',
  };
  const told = {
    authorizationError: null,
    authorized: true,
    cipher: { name: params.SSL_CIPHER, standardName: params.SSL_CIPHER, version: 'TLSv1.3' },
    encrypted: true,
    organisation: 'Example',
    protocol: 'TLSv1.3',
    serial: 40,
    servername: 'example.org',
  };
  expect(await seenOverFastCgi(tls, params)).toEqual(told);
  for (const SSL_CLIENT_CERT of [CERTIFICATE.replaceAll('\n', '\n\t'), encodeURIComponent(CERTIFICATE)]) {
    expect(await seenOverFastCgi(tls, { ...params, SSL_CLIENT_CERT })).toEqual(told);
  }
});

test('and nothing that the web server does not tell', async () => {
  const nothing = {
    authorizationError: null,
    authorized: false,
    cipher: null,
    encrypted: true,
    organisation: undefined,
    protocol: null,
    serial: undefined,
    servername: false,
  };
  const unknown = [
    {},
    { SSL_CLIENT_VERIFY: 'NONE' },
    { SSL_CLIENT_CERT: 'no certificate' },
    { SSL_CLIENT_CERT: '%20%' },
    { SSL_CIPHER: '', SSL_CLIENT_CERT: '', SSL_CLIENT_VERIFY: '', SSL_PROTOCOL: '', SSL_TLS_SNI: '' },
  ];
  for (const params of unknown) {
    expect(await seenOverFastCgi(tls, { HTTPS: 'on', ...params })).toEqual(nothing);
  }
  const failed = await seenOverFastCgi(tls, { HTTPS: 'on', SSL_CLIENT_VERIFY: 'FAILED:expired' });
  expect(failed).toEqual({ ...nothing, authorizationError: 'expired' });
});
