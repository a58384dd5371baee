import type { ErrorScope } from '@fcgi-js/protocol';
import { limitName } from './limits.ts';

/** Stable codes of {@link FcgiServerError}; each has a heading in `docs/errors.md`. */
export type FcgiServerErrorCode =
  | 'FCGI_ADDRESS_DENIED'
  | 'FCGI_ADDRESS_INVALID'
  | 'FCGI_ADDRESS_IN_USE'
  | 'FCGI_BODY_HELD_BACK'
  | 'FCGI_BODY_LENGTH_INVALID'
  | 'FCGI_BODY_TIMEOUT'
  | 'FCGI_BODY_TOO_LARGE'
  | 'FCGI_BODY_TOO_LONG'
  | 'FCGI_BODY_TRUNCATED'
  | 'FCGI_BODY_UNDECODED'
  | 'FCGI_CONNECTIONS_EXCEEDED'
  | 'FCGI_CONNECTION_LOST'
  | 'FCGI_CONNECTION_STALLED'
  | 'FCGI_HANDLER_FAILED'
  | 'FCGI_LISTEN_FAILED'
  | 'FCGI_LISTEN_SOCKET_MISSING'
  | 'FCGI_OPEN_FILES_EXCEEDED'
  | 'FCGI_PARAMS_TIMEOUT'
  | 'FCGI_PARAMS_TOO_LARGE'
  | 'FCGI_PATH_UNCERTAIN'
  | 'FCGI_PEER_NOT_ALLOWED'
  | 'FCGI_REQUESTS_EXCEEDED'
  | 'FCGI_REQUEST_ABORTED'
  | 'FCGI_REQUEST_TIMEOUT'
  | 'FCGI_RESPONSE_EMPTY'
  | 'FCGI_RESPONSE_HEAD_INVALID'
  | 'FCGI_RESPONSE_HEAD_LARGE'
  | 'FCGI_RESPONSE_TOO_LONG'
  | 'FCGI_RESPONSE_TOO_SHORT'
  | 'FCGI_ROLE_UNKNOWN'
  | 'FCGI_SERVER_CLOSED'
  | 'FCGI_STREAM_OUT_OF_ORDER';

/** What an error of the server is about: nothing that runs (`'server'`), a connection, or one request. */
export type FcgiServerErrorScope = ErrorScope | 'server';

/** Something went wrong in this server, or a limit was reached. The message says what to do about it. */
export class FcgiServerError extends Error {
  override readonly name = 'FcgiServerError';
  /** Which rule or limit; stable over versions. */
  readonly code: FcgiServerErrorCode;
  /** What it ended. */
  readonly scope: FcgiServerErrorScope;

  constructor(
    code: FcgiServerErrorCode,
    scope: FcgiServerErrorScope,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.scope = scope;
  }
}

type Text = (...values: never[]) => string;

type Variants<T extends Record<string, Text>> = {
  readonly [Name in keyof T]: (...values: Parameters<T[Name]>) => FcgiServerError;
};

/** The variants of one code: functions that make an error of what its text needs. */
function variants<T extends Record<string, Text>>(
  code: FcgiServerErrorCode,
  scope: FcgiServerErrorScope,
  texts: T,
): Variants<T> {
  const making = (text: Text): unknown => {
    return (...values: never[]) => new FcgiServerError(code, scope, text(...values));
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, making(text)])) as Variants<T>;
}

/** Says what led to an error. */
export function causedBy(cause: unknown, error: FcgiServerError): FcgiServerError {
  return new FcgiServerError(error.code, error.scope, error.message, { cause });
}

const RAISE =
  'Raise the limit: LimitNOFILE= in a systemd unit, minfds= of supervisor, "ulimit -n" in the shell that starts it';
const WHOLE_BODY_FIRST =
  'Read the whole body before the first byte of the answer: into memory (buffer() of node:stream/consumers), or into a file if it is large.';
const mountChoice = (prefix: string) =>
  `Say where the application is: at ${prefix} with fcgi run --mount ${prefix}, at the root with --mount / (createServer: mount).`;
const NOT_STARTED = 'Start it through a .socket unit, or with systemd-socket-activate.';

/** Everything that this package says of what went wrong, by its codes. */
export const errors = {
  FCGI_ADDRESS_DENIED: variants('FCGI_ADDRESS_DENIED', 'server', {
    folder: (folder: string) =>
      `No socket is made in ${folder}: another user can replace files there while root makes it. Let the folder belong to root, or start this as the user that it belongs to.`,
    path: (path: string, folder: string) =>
      `This user may not make the socket "${path}", or not give it this owner. It needs write permission in ${folder}; changing the owner needs root.`,
    port: (address: string) =>
      `This user may not listen on ${address}. Ports below 1024 are for root; choose a higher one.`,
    reachable: (address: string) =>
      `${address} can be reached from other machines, and who reaches a FastCGI port controls every param. Name the web servers in createServer({ allow: ['10.0.0.5'] }), or listen on 127.0.0.1 or a Unix socket.`,
  }),
  FCGI_ADDRESS_INVALID: variants('FCGI_ADDRESS_INVALID', 'server', {
    account: (word: string, nameOrId: number | string) =>
      `There is no ${word} "${nameOrId}" for the socket on this machine.`,
    form: (text: string, reason: string, forms: string) =>
      `"${text}" is not an address to listen on: ${reason}. The forms are: ${forms}.`,
    foreign: (address: string) =>
      `${address} is not an address of this machine. Use 127.0.0.1, or one that "ip address" shows.`,
    length: (path: string, length: number, limit: number) =>
      `The socket path "${path}" needs ${length} bytes, but this system allows ${limit}. Use a shorter path, for example in /run.`,
    network: (source: string, entry: string) =>
      `${source} has "${entry}", which is neither an IP address such as 10.0.0.5 or 2001:db8::5 nor a network such as 10.0.0.0/8. Host names are not looked up: write the address.`,
    noFolder: (path: string, folder: string) =>
      `There is no folder ${folder} for the socket "${path}". Make it first; in /run it is gone after each boot (systemd: RuntimeDirectory=).`,
  }),
  FCGI_ADDRESS_IN_USE: variants('FCGI_ADDRESS_IN_USE', 'server', {
    file: (path: string) =>
      `"${path}" exists and is not a socket. Choose another path, or remove it if it is not needed.`,
    path: (path: string) =>
      `Another process listens on "${path}". Stop it (ss -xlp shows it) or choose another path.`,
    port: (address: string) =>
      `Another process listens on ${address}. Stop it (ss -ltnp shows it) or choose another port.`,
  }),
  FCGI_BODY_HELD_BACK: variants('FCGI_BODY_HELD_BACK', 'request', {
    answer: (bytes: number) =>
      `The application has begun its answer and takes no more of the body, of which ${bytes} bytes have come. Caddy reads nothing of the answer before it has passed on the whole body, so both wait for each other. ${WHOLE_BODY_FIRST}`,
    body: (bytes: number) =>
      `The application has begun its answer and waits for more of the body, of which ${bytes} bytes have come. nginx passes on no more once it has the head of the answer, with or without fastcgi_request_buffering. ${WHOLE_BODY_FIRST}`,
  }),
  FCGI_BODY_LENGTH_INVALID: variants('FCGI_BODY_LENGTH_INVALID', 'request', {
    param: (name: string) => `${name} is not a length in bytes.`,
  }),
  FCGI_BODY_TIMEOUT: variants('FCGI_BODY_TIMEOUT', 'request', {
    after: (milliseconds: number) =>
      `No byte of the body came for ${milliseconds} ms, which is ${limitName('bodyStallTimeout')}.`,
  }),
  FCGI_BODY_TOO_LARGE: variants('FCGI_BODY_TOO_LARGE', 'request', {
    bytes: (length: number, limit: number) =>
      `The body has ${length} bytes, but ${limitName('bodyBytes')} is ${limit}.`,
  }),
  FCGI_BODY_TOO_LONG: variants('FCGI_BODY_TOO_LONG', 'request', {
    stream: (name: string, length: string) =>
      `${name} goes on after its end (${length}, or its empty record), and the rest is dropped: the web server has changed the body, but not its length, as Apache does with SetInputFilter DEFLATE. Switch that off for this application.`,
  }),
  FCGI_BODY_TRUNCATED: variants('FCGI_BODY_TRUNCATED', 'request', {
    missing: (name: string, missing: number, length: string) =>
      `The ${name} ended ${missing} bytes before its ${length}: the browser broke its upload off, or the web server announces another length than it sends. If it happens to whole uploads, see FCGI_BODY_TRUNCATED in docs/errors.md.`,
  }),
  FCGI_BODY_UNDECODED: variants('FCGI_BODY_UNDECODED', 'request', {
    chunked: () =>
      'The web server passes a chunked upload on without decoding it (CONTENT_TRANSFER_ENCODING=chunked), so its body cannot be trusted.',
  }),
  FCGI_CONNECTIONS_EXCEEDED: variants('FCGI_CONNECTIONS_EXCEEDED', 'connection', {
    byFiles: (open: number, files: number) =>
      `A connection was closed at once: ${open} are open, and ulimit -n (${files}) allows no more, less an eighth for the application. ${RAISE}.`,
    byLimit: (open: number) =>
      `A connection was closed at once: ${open} are open, and ${limitName('connections')} allows no more.`,
  }),
  FCGI_CONNECTION_LOST: variants('FCGI_CONNECTION_LOST', 'connection', {
    byPeer: () => 'The web server closed the connection before the request had ended.',
    byServer: (reason: string) => `The connection was closed: ${reason}`,
  }),
  FCGI_CONNECTION_STALLED: variants('FCGI_CONNECTION_STALLED', 'connection', {
    after: (milliseconds: number) =>
      `The web server took no byte for ${milliseconds} ms, which is ${limitName('writeStallTimeout')}.`,
  }),
  FCGI_HANDLER_FAILED: variants('FCGI_HANDLER_FAILED', 'request', {
    appStatus: () => 'A handler must return nothing or an appStatus, an integer from 0 to 4294967295.',
    decision: () => 'An authorizer must return allow() or deny().',
    response: () =>
      'A handler of createServer() returned a Response, which only a fetch handler may do. Pass fromFetchHandler(app.fetch) instead of app.fetch.',
    responseDestroyed: () => 'The application destroyed its response.',
    stdoutDestroyed: () => 'The handler destroyed stdout before it had ended.',
    twice: () =>
      'respond() was called after a response had begun: by respond(), or by stdout, which excludes it.',
  }),
  FCGI_LISTEN_FAILED: variants('FCGI_LISTEN_FAILED', 'server', {
    cluster: (path: string, folder: string) =>
      `Nothing listens on "${path}", though the primary of this cluster worker has opened it: its user may not use the folder ${folder}, or the socket was removed. Listen on TCP, which workers of a cluster can always share, or use one process and fcgi run --workers.`,
    on: (where: string, reason: string) => `Cannot listen on ${where}: ${reason}`,
  }),
  FCGI_LISTEN_SOCKET_MISSING: variants('FCGI_LISTEN_SOCKET_MISSING', 'server', {
    auto: () =>
      'This program was not started by a web server: there is no socket of systemd, no listening socket on descriptor 0, and no CGI environment. Start it from a web server or with spawn-fcgi, or listen on an address such as unix:/run/app.sock.',
    descriptor: (fd: number) =>
      `Descriptor ${fd} is not a listening socket. It is one when a web server or spawn-fcgi starts the program; started by hand, give it an address such as unix:/run/app.sock.`,
    systemdCount: (count: string) =>
      `systemd passes no socket to this process: LISTEN_FDS is ${count}, which is no number of sockets. ${NOT_STARTED}`,
    systemdName: (name: string, names: readonly string[]) =>
      `systemd passes no socket named "${name}", but: ${names.join(', ')} (FileDescriptorName= in the .socket unit).`,
    systemdOther: (given: string, own: number) =>
      `systemd passes no socket to this process: LISTEN_PID is ${given}, but this process is ${own}: a program in between took the sockets. Start node directly.`,
    systemdUnset: () => `systemd passes no socket to this process: LISTEN_PID is not set. ${NOT_STARTED}`,
  }),
  FCGI_OPEN_FILES_EXCEEDED: variants('FCGI_OPEN_FILES_EXCEEDED', 'server', {
    all: (limit: number, pid: number) =>
      `All ${limit} files that this process may have open are in use (ulimit -n): new connections are closed before they are seen (EMFILE). ${RAISE}. If the application leaves files open, "ls -l /proc/${pid}/fd" shows which.`,
  }),
  FCGI_PARAMS_TIMEOUT: variants('FCGI_PARAMS_TIMEOUT', 'request', {
    after: (milliseconds: number) =>
      `The params were not complete after ${milliseconds} ms, which is ${limitName('incompleteRequestTimeout')}.`,
  }),
  FCGI_PARAMS_TOO_LARGE: variants('FCGI_PARAMS_TOO_LARGE', 'request', {
    bytes: (limit: number) => `The params exceed ${limit} bytes, which is ${limitName('paramsBytes')}.`,
    undecodable: (reason: string) => reason,
  }),
  FCGI_PATH_UNCERTAIN: variants('FCGI_PATH_UNCERTAIN', 'request', {
    bare: (prefix: string) =>
      `The web server's params name ${prefix} as the prefix of what is below it, but not of ${prefix} itself, which comes like a page of that name. ${mountChoice(prefix)}`,
    guessed: (prefix: string) =>
      `The web server's params name ${prefix} as the prefix, as they do with the first name of any path where the application is at the root. ${mountChoice(prefix)}`,
    replaced: (program: string) =>
      `The web server says that ${program} was asked for. If a browser asked for another page, its configuration replaces REQUEST_URI by what it has rewritten the path to, and every URL comes out as the same page. Pass on what the browser sent: nginx "fastcgi_param REQUEST_URI $request_uri;", Caddy without "env REQUEST_URI".`,
    several: (first: string, second: string) =>
      `The web server's params name ${first} as the prefix at one URL, and ${second} at another. ${mountChoice(first)}`,
    takenOff: (prefix: string) =>
      `The web server has taken ${prefix} off the path, and does not say that it is the prefix: redirects and links of the application lack it. ${mountChoice(prefix)}`,
  }),
  FCGI_PEER_NOT_ALLOWED: variants('FCGI_PEER_NOT_ALLOWED', 'connection', {
    address: (address: string) =>
      `A connection from ${address} was closed: it is not among the addresses of the option "allow" or of FCGI_WEB_SERVER_ADDRS.`,
  }),
  FCGI_REQUESTS_EXCEEDED: variants('FCGI_REQUESTS_EXCEEDED', 'request', {
    paramsBytes: (limit: number) =>
      `The params of all requests that are not complete exceed ${limit} bytes, which is ${limitName('incompleteParamsBytes')}.`,
    requests: (limit: 'requests' | 'requestsPerConnection', value: number) =>
      `${value} requests are being served, and ${limitName(limit)} allows no more.`,
  }),
  FCGI_REQUEST_ABORTED: variants('FCGI_REQUEST_ABORTED', 'request', {
    request: () => 'The web server aborted the request.',
  }),
  FCGI_REQUEST_TIMEOUT: variants('FCGI_REQUEST_TIMEOUT', 'request', {
    after: (milliseconds: number) =>
      `The request had not ended after ${milliseconds} ms: ${limitName('requestTimeout')} allows no more, as does fcgi run --request-timeout.`,
  }),
  FCGI_RESPONSE_EMPTY: variants('FCGI_RESPONSE_EMPTY', 'request', {
    fetch: () => 'The fetch handler did not return a Response.',
    handler: () => 'The handler ended without writing a response.',
    listener: () => 'The application ended without a final response.',
  }),
  FCGI_RESPONSE_HEAD_INVALID: variants('FCGI_RESPONSE_HEAD_INVALID', 'request', {
    empty: () =>
      'The handler began its response with a blank line, before any header line such as "Content-Type: text/plain".',
    fetch: () =>
      'The fetch handler returned Response.error(), or an object in the place of a Response whose status or headers cannot be sent.',
    incomplete: () => 'The handler ended inside the response head, before its blank line.',
    malformed: () => 'The handler wrote a response head with a line that is not "Name: value".',
    respond: (problem: string) => `respond(): ${problem}.`,
    tooLarge: () => `The handler wrote a response head above ${limitName('headBytes')}.`,
  }),
  FCGI_RESPONSE_HEAD_LARGE: variants('FCGI_RESPONSE_HEAD_LARGE', 'request', {
    bytes: (bytes: number) =>
      `The response head has ${bytes} bytes. nginx answers 502 above its fastcgi_buffer_size, 4096 by default; raise it, or send fewer and smaller fields.`,
  }),
  FCGI_RESPONSE_TOO_LONG: variants('FCGI_RESPONSE_TOO_LONG', 'request', {
    body: () => 'The body is longer than its Content-Length; the rest was dropped.',
  }),
  FCGI_RESPONSE_TOO_SHORT: variants('FCGI_RESPONSE_TOO_SHORT', 'request', {
    missing: (bytes: number) => `The body ended ${bytes} bytes before its Content-Length.`,
  }),
  FCGI_ROLE_UNKNOWN: variants('FCGI_ROLE_UNKNOWN', 'request', {
    role: (role: number) =>
      `The web server asks for role ${role}, which this application does not have. Give createServer() a handler for it, or change the role in the web server's configuration.`,
  }),
  FCGI_SERVER_CLOSED: variants('FCGI_SERVER_CLOSED', 'server', {
    accept: () =>
      'accept(): this server has been closed, and the stream was left as it is. Make a new server with createServer().',
    listen: () => 'listen(): this server has been closed. Make a new one with createServer().',
  }),
  FCGI_STREAM_OUT_OF_ORDER: variants('FCGI_STREAM_OUT_OF_ORDER', 'request', {
    early: (stream: string, before: string) =>
      `${stream} came before the end of ${before}, but FastCGI sends PARAMS, then STDIN, then DATA. End ${before} with an empty record first.`,
  }),
} satisfies Record<FcgiServerErrorCode, object>;
