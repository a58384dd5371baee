/** What nginx sends for a browser's GET with the `fastcgi_params` that comes with it, in its order. */
export const nginxParams: readonly (readonly [name: string, value: string])[] = [
  ['QUERY_STRING', 'page=2&sort=name'],
  ['REQUEST_METHOD', 'GET'],
  ['CONTENT_TYPE', ''],
  ['CONTENT_LENGTH', ''],
  ['SCRIPT_NAME', '/articles/list'],
  ['REQUEST_URI', '/articles/list?page=2&sort=name'],
  ['DOCUMENT_URI', '/articles/list'],
  ['DOCUMENT_ROOT', '/var/www/html'],
  ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ['REQUEST_SCHEME', 'https'],
  ['HTTPS', 'on'],
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['SERVER_SOFTWARE', 'nginx/1.22.1'],
  ['REMOTE_ADDR', '192.0.2.17'],
  ['REMOTE_PORT', '51324'],
  ['REMOTE_USER', ''],
  ['SERVER_ADDR', '192.0.2.1'],
  ['SERVER_PORT', '443'],
  ['SERVER_NAME', 'www.example.com'],
  ['REDIRECT_STATUS', '200'],
  ['HTTP_HOST', 'www.example.com'],
  ['HTTP_USER_AGENT', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  ['HTTP_ACCEPT', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['HTTP_ACCEPT_LANGUAGE', 'en-US,en;q=0.5'],
  ['HTTP_ACCEPT_ENCODING', 'gzip, deflate, br'],
  ['HTTP_COOKIE', 'session=8c1f0a52b6d94d0f9a3b'],
  ['HTTP_UPGRADE_INSECURE_REQUESTS', '1'],
];

/** Five names that an adapter asks for. */
export const usualNames = ['REQUEST_METHOD', 'REQUEST_URI', 'SCRIPT_NAME', 'PATH_INFO', 'HTTP_HOST'] as const;
