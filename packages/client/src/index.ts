export {
  FcgiOptionError,
  type FcgiRecord,
  isFcgiError,
  LocalProtocolError,
  ProtocolStatus,
  RecordType,
  RemoteProtocolError,
  Role,
} from '@fcgi-js/protocol';
export { type FcgiAddress, formatAddress, parseAddress } from './address.ts';
export type { CgiResponseHead, CgiResponseKind, HeaderField } from './cgi-response-head.ts';
export { type CgiResponseLimits, CgiResponseParser, type CgiResponsePart } from './cgi-response-parser.ts';
export {
  type FcgiApplicationPlace,
  FcgiClient,
  type FcgiClientCloseOptions,
  type FcgiClientOptions,
  type FcgiClientStats,
  type GetValuesOptions,
} from './client.ts';
export type { ClientEndMessage, ClientErrorMessage, ClientRequestMessage } from './diagnostics.ts';
export type { FcgiClientErrorCode, FcgiErrorSide } from './error-rules.ts';
export { FcgiClientError, type FcgiClientErrorDetails } from './errors.ts';
export { type FcgiEnd, FcgiResponse } from './fcgi-response.ts';
export type { GatewayBalance } from './gateway/backends.ts';
export type { GatewayExchange, GatewayRequest } from './gateway/gateway-exchange.ts';
export type { GatewayLimits } from './gateway/gateway-limits.ts';
export type { BeforeRequest, GatewayListener } from './gateway/http-listener.ts';
export type { GatewayAddress, GatewayListenOptions } from './gateway/http-servers.ts';
export type { GatewayScriptOptions } from './gateway/script-finder.ts';
export {
  createGateway,
  type Gateway,
  type GatewayOptions,
  type GatewayPlace,
} from './gateway.ts';
export { InjectedResponse, type InjectRequest, inject } from './inject.ts';
export type { FcgiInput } from './input.ts';
export type { ClientLimits } from './limits.ts';
export type { FcgiAcceptor } from './memory-socket.ts';
export { type ParamsFromRequestOptions, paramsFromRequest } from './params-from-request.ts';
export type { FcgiParams, FcgiRequestLimits, FcgiRequestOptions } from './prepared-request.ts';
export type { FcgiPassingRecord } from './record-watch.ts';
export {
  FcgiConnectError,
  FcgiRejectedError,
  FcgiTimeoutError,
  type TimeoutPhase,
} from './request-errors.ts';
export { escapeLogText } from './stderr-text.ts';
