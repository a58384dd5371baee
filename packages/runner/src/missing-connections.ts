import type { FcgiRequest, FcgiRequestHandler } from '@fcgi-js/server';
import type { Roles } from './application/recognise.ts';

/** Says something once, for all workers together. */
export type SayOnce = (topic: HintTopic, text: string) => void;

/** How an application is served, as far as it decides what cannot work. */
export interface ServiceShape {
  /** Where upgrades are served; undefined where they are not. */
  readonly upgradeAddress: string | undefined;
  /** How many processes share the requests. */
  readonly workers: number;
}

/** What is said once at most. */
export type HintTopic = (typeof TOPICS)[number];

const TOPICS = ['path', 'polling', 'prefix', 'upgrade', 'websocket'] as const;

/** Whether it is one of them. */
export function isHintTopic(given: unknown): given is HintTopic {
  return TOPICS.some((topic) => topic === given);
}

/** @param say told each hint, the first time only */
export function onlyOnce(say: (text: string) => void): SayOnce {
  const said = new Set<HintTopic>();
  return (topic, text) => {
    if (said.has(topic)) return;
    said.add(topic);
    say(text);
  };
}

/** The key of an opening handshake, RFC 6455 section 4.1: 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** Both are in the query of long polling of Engine.IO, which Socket.IO stands on. */
const POLLING = ['EIO=', 'transport=polling'];

const WEBSOCKET =
  'A browser asks for a WebSocket. FastCGI carries no upgrades, so it gets 501. Open a socket for them, --upgrade-listen unix:/run/app.upgrade.sock, and let the web server pass upgrades there: fcgi config PRODUCT --upgrade-socket writes that. Or use event streams, or polling (Socket.IO: transports: ["polling"], with --workers 1).';

const misrouted = (address: string) =>
  `A browser asks for a WebSocket, and the web server passes it over FastCGI, so it gets 501. Let the web server pass upgrades to ${address}: fcgi config PRODUCT --upgrade-socket ${address} writes that.`;

/** Each of them alone has the path, or a part of it. */
const PATH_PARAMS = ['REQUEST_URI', 'PATH_INFO', 'SCRIPT_NAME'];

const NO_PATH =
  'The web server does not say which path is asked for: REQUEST_URI, PATH_INFO and SCRIPT_NAME are empty, so that every request gets the first page. nginx: include fastcgi_params; beside fastcgi_pass. fcgi doctor --config FILE looks for more.';

const ANSWER = [
  'Status: 501 Not Implemented',
  'Content-Type: text/plain; charset=utf-8',
  'Cache-Control: no-store',
  '',
  'WebSockets cannot pass: FastCGI has no connection that stays open both ways.\n',
].join('\r\n');

/**
 * The handlers of an application, behind what cannot work over FastCGI, with several workers or without a path, and would fail without a word.
 *
 * The opening handshake of a WebSocket comes as a GET, and whatever the application answers fails in the browser. It is answered with
 * 501 here: the functionality is not there (RFC 9110 section 15.6.2). 426 would ask for another upgrade. Scripts of pages cannot send
 * `Sec-` fields, so a GET with a key and a version is a handshake, and nothing that an application answers with a page.
 *
 */
export function sayWhatCannotWork(roles: Roles, service: ServiceShape, sayOnce: SayOnce): Roles {
  const { responder } = roles;
  if (responder === undefined) return roles;
  return { ...roles, responder: answering(responder, service, sayOnce) };
}

function answering(
  responder: FcgiRequestHandler,
  { upgradeAddress, workers }: ServiceShape,
  sayOnce: SayOnce,
): FcgiRequestHandler {
  return (request) => {
    if (isHandshake(request)) {
      sayOnce('websocket', upgradeAddress === undefined ? WEBSOCKET : misrouted(upgradeAddress));
      return refuse(request);
    }
    if (PATH_PARAMS.every((name) => (request.params.get(name) ?? '') === '')) sayOnce('path', NO_PATH);
    if (workers > 1 && isPolling(request)) {
      sayOnce(
        'polling',
        `Socket.IO polls. Its sessions are in the memory of one process, and the requests of a session go to any of ${workers} workers, so that most are answered with 400. Use --workers 1, or WebSockets alone (--upgrade-listen, and transports: ["websocket"] in the browser).`,
      );
    }
    return responder(request);
  };
}

function isPolling({ params }: FcgiRequest): boolean {
  const query = params.get('QUERY_STRING') ?? '';
  return POLLING.every((part) => query.includes(part));
}

async function refuse({ stdout }: FcgiRequest): Promise<void> {
  stdout.end(ANSWER);
}

function isHandshake({ params }: FcgiRequest): boolean {
  return (
    params.get('REQUEST_METHOD') === 'GET' &&
    KEY.test(params.get('HTTP_SEC_WEBSOCKET_KEY') ?? '') &&
    params.get('HTTP_SEC_WEBSOCKET_VERSION') !== undefined
  );
}
