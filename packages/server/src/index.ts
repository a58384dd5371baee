export {
  type Allowed,
  type AuthorizerDecision,
  allow,
  type Denied,
  type DenyOptions,
  deny,
  fromAuthorizer,
} from './adapters/authorizer.ts';
export {
  type AdaptedMessage,
  type AdaptedRequest,
  fcgiRequest,
  requestParams,
} from './adapters/fcgi-request-of.ts';
export {
  type FetchContext,
  type FetchExecutionContext,
  type FetchHandler,
  fromFetchHandler,
} from './adapters/fetch-handler.ts';
export type { NodeServer } from './adapters/node/node-server.ts';
export {
  fromNodeListener,
  type NodeListener,
  type NodeListenerOptions,
} from './adapters/node-listener.ts';
export { Params } from './cgi/params.ts';
export type { ParamsTransform } from './cgi/params-transform.ts';
export type { HeaderField } from './cgi/response-head.ts';
export { createServer, FcgiServer } from './create-server.ts';
export type {
  RequestEndMessage,
  RequestErrorMessage,
  RequestMessage,
  RequestOutcome,
  ResponseFigures,
} from './diagnostics.ts';
export { FcgiServerError, type FcgiServerErrorCode, type FcgiServerErrorScope } from './errors.ts';
export { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
export { takeCgiRequest } from './listen/cgi-environment.ts';
export { isFcgiListenSocket } from './listen/inherited.ts';
export { type ListenAddress, parseListenAddress } from './listen/listen-address.ts';
export type { ListenOptions } from './listen/listener.ts';
export { listenOnUnixSocket } from './listen/unix-socket.ts';
export { UnixSocketFile, type UnixSocketFileOptions } from './listen/unix-socket-file.ts';
export { FcgiRequest } from './request/fcgi-request.ts';
export type { HandlerResult } from './request/handler-result.ts';
export type { FcgiRequestHandler } from './request/request-handler.ts';
export type { ConnectionInfo } from './request/request-host.ts';
export type { WholeResponse } from './request/whole-response.ts';
export type {
  FcgiServerCloseOptions,
  FcgiServerListenOptions,
  FcgiServerOptions,
  FcgiServerStats,
} from './server-options.ts';
