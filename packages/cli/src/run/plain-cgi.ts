/** Whether this process was started to answer one request as plain CGI (RFC 3875 §4.1). */
export function isPlainCgi(): boolean {
  const { GATEWAY_INTERFACE, REQUEST_METHOD } = process.env;
  return GATEWAY_INTERFACE !== undefined && REQUEST_METHOD !== undefined;
}
