import { toParamText } from './param-text.ts';

/**
 * The params of a GET request for a page that php-fpm or a runner has of its own, such as `/ping`: php-fpm knows it
 * by SCRIPT_NAME, and wants SCRIPT_FILENAME whatever it is.
 */
export function pathParams(path: string, query = ''): Map<string, string> {
  const name = toParamText(path);
  return new Map([
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['SERVER_SOFTWARE', 'fcgi'],
    ['SERVER_NAME', 'localhost'],
    ['SERVER_PORT', '80'],
    ['REMOTE_ADDR', '127.0.0.1'],
    ['REQUEST_METHOD', 'GET'],
    ['REQUEST_URI', query === '' ? name : `${name}?${query}`],
    ['QUERY_STRING', query],
    ['SCRIPT_NAME', name],
    ['SCRIPT_FILENAME', name],
    ['PATH_INFO', ''],
    ['HTTP_HOST', 'localhost'],
  ]);
}
