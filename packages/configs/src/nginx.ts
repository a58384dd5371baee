import { formatAddress, hasTcp } from './address.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { quoteNginx, quoteNginxRegex, quoteRegex } from './quote.ts';
import { type Bind, formatBind, IMMUTABLE, readSite, type Site } from './site.ts';
import { file, indent } from './text.ts';
import { UPGRADE_SILENCE, WEBSOCKET } from './upgrades.ts';

const refusals = {
  app: 'nginx starts no programs; let systemd, supervisor or fcgi run do it, and say with "listen" where it listens',
  authorizer: 'nginx knows no FastCGI authorizers; ask a responder with auth_request instead',
  healthCheck:
    'nginx asks no application whether it is there: it leaves one alone for 10 s that has failed twice, and NGINX Plus alone does more',
  multiplex: 'nginx sends one request at a time on each connection',
  processes: 'nginx starts no programs',
  slowStart: 'nginx gives an application its full share at once, but for NGINX Plus',
} satisfies Refusals;

/**
 * A site for nginx, a file for `/etc/nginx/sites-available` or `conf.d`.
 *
 * Connections to the application are kept, uploads reach it as they come, and answers are buffered in memory unless it
 * says `X-Accel-Buffering: no`, as the server does for event streams.
 *
 * @param options where the application is, and what the site is like
 * @throws ConfigError if an option is unknown, wrong, or beyond nginx
 */
export function nginxConfig(options: WebServerOptions & Placed<typeof refusals>): string {
  const site = readSite(options, refusals);
  const { mount, name, serverNames, statics, timeouts } = site;
  const location =
    mount === '' ? 'location / {' : `location ~ ${quoteNginxRegex(`^${quoteRegex(mount)}(?:/|$)`)} {`;
  return file(
    upstream(site),
    upgradeUpstream(site),
    '',
    hostMaps(site),
    '',
    'server {',
    indent(
      listenLines(site.bind),
      serverNames.length > 0 && `server_name ${serverNames.join(' ')};`,
      '',
      `client_max_body_size ${site.maxBodySize ?? 0};`,
      '# Less than the 300 s after which the application gives up a body that stalls.',
      `client_body_timeout ${timeouts.upload}s;`,
      '',
      statics.map(({ folder, immutable, prefix }) => [
        `location ^~ ${quoteNginx('static.prefix', `${prefix}/`)} {`,
        '    # Both with a slash at the end, or else /static../ would leave the folder.',
        `    alias ${quoteNginx('static.folder', `${folder}/`)};`,
        immutable && `    add_header Cache-Control "${IMMUTABLE}";`,
        '}',
        '',
      ]),
      location,
      indent(upgrades(site), `fastcgi_pass ${name};`, connection(site), '', params(site)),
      '}',
      mount !== '' && ['', '# All that is not the application.', 'location / {', '    return 404;', '}'],
    ),
    '}',
  );
}

function upstream(site: Site) {
  const { backups, keepAlive, listen, name, timeouts } = site;
  const limits = isSeveral(site) ? ' max_fails=2 fail_timeout=10s' : '';
  return [
    `upstream ${name} {`,
    indent(
      isSeveral(site) && [
        '# Shared by all workers; one that fails is left alone for 10 s.',
        `zone ${name} 64k;`,
        'least_conn;',
      ],
      listen.map((address) => `server ${formatAddress(address)}${limits};`),
      backups.map((address) => `server ${formatAddress(address)}${limits} backup;`),
      keepAlive && [
        '# For each worker. The application closes idle connections after 75 s, so nginx has to be first.',
        'keepalive 32;',
        `keepalive_timeout ${timeouts.idle}s;`,
      ],
    ),
    '}',
  ];
}

function upgradeUpstream({ name, upgrades: addresses }: Site) {
  if (addresses.length === 0) return undefined;
  return [
    '',
    `upstream ${name}_upgrade {`,
    indent(addresses.map((address) => `server ${formatAddress(address)};`)),
    '}',
  ];
}

/** Before all that rewrites the URL. In the same location, so that what protects requests protects WebSockets. */
function upgrades(site: Site) {
  const { mount, name, timeouts } = site;
  if (site.upgrades.length === 0) return undefined;
  return [
    '# WebSockets have a socket of their own: FastCGI carries no upgrades. All else is a request.',
    'proxy_http_version 1.1;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection upgrade;',
    `proxy_set_header Host ${host(site)};`,
    '# The application believes these three: nginx appends to the first and replaces the others, "" by nothing.',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    `proxy_set_header X-Forwarded-Prefix ${quoteNginx('mount', mount)};`,
    `proxy_connect_timeout ${timeouts.connect}s;`,
    '# A WebSocket may be silent for so long.',
    `proxy_read_timeout ${UPGRADE_SILENCE}s;`,
    `proxy_send_timeout ${UPGRADE_SILENCE}s;`,
    `if ($http_upgrade ~* ${quoteNginxRegex(WEBSOCKET)}) {`,
    indent(`proxy_pass http://${name}_upgrade;`, 'break;'),
    '}',
    '',
  ];
}

/** nginx knows no name of a site without `server_name`, and SERVER_NAME must have a value (RFC 3875 section 4.1.14). */
function hostMaps({ name, serverNames }: Site) {
  const [address, host, port] = (['address', 'host', 'port'] as const).map((part) => variable(part, name));
  return [
    "# HTTP_HOST = validated host plus the browser's port; a request line like `GET http://evil/` cannot change it.",
    `map $http_host ${port} {`,
    indent('default "";', '"~(:[0-9]+)$" $1;'),
    '}',
    serverNames.length === 0 && [
      '',
      '# The site has no name of its own: SERVER_NAME is the address, which no browser can forge, IPv6 in brackets.',
      `map $server_addr ${address} {`,
      indent('default $server_addr;', '"~:" "[$server_addr]";'),
      '}',
      '',
      '# A request of HTTP/1.0 may have no host.',
      `map $host ${host} {`,
      indent(`default "$host${port}";`, `"" "${address}:$server_port";`),
      '}',
    ],
  ];
}

function listenLines(bind: Bind | undefined) {
  return bind === undefined ? ['listen 80;', 'listen [::]:80;'] : `listen ${formatBind(bind)};`;
}

function isSeveral({ backups, listen }: Site): boolean {
  return listen.length + backups.length > 1;
}

function connection(site: Site) {
  const { keepAlive, timeouts } = site;
  return [
    keepAlive && 'fastcgi_keep_conn on;',
    `fastcgi_connect_timeout ${timeouts.connect}s;`,
    `fastcgi_read_timeout ${timeouts.response}s;`,
    `fastcgi_send_timeout ${timeouts.response}s;`,
    isSeveral(site) && [
      '# Another application is asked where none could be connected to, or where the connection was lost and the',
      '# request is safe to repeat: no POST, LOCK and PATCH. A slow answer is no reason to ask twice.',
      'fastcgi_next_upstream error timeout;',
      `fastcgi_next_upstream_timeout ${timeouts.response}s;`,
      hasTcp(site) && [
        '# A host that vanishes closes no connection: the kernel notices after net.ipv4.tcp_keepalive_time.',
        'fastcgi_socket_keepalive on;',
      ],
    ],
    '# Uploads as they come; heads of answers up to 16 KB; long answers wait in the application, not on disk.',
    'fastcgi_request_buffering off;',
    'fastcgi_buffer_size 16k;',
    'fastcgi_buffers 16 16k;',
    'fastcgi_max_temp_file_size 0;',
  ];
}

/** All of them, as the files that distributions have differ: Debian's loses the port of the host. */
function params(site: Site) {
  const { mount, name, serverNames } = site;
  const hasName = serverNames.length > 0;
  const split = quoteNginxRegex(`^(${quoteRegex(mount)})((?s:.*))$`);
  return [
    mount === ''
      ? ['fastcgi_param SCRIPT_NAME "";', 'fastcgi_param PATH_INFO $fastcgi_script_name;']
      : [
          '# The prefix alone is the first page. (?s): a path may have line breaks in it.',
          `rewrite ${quoteNginxRegex(`^${quoteRegex(mount)}$`)} ${mount}/ break;`,
          `fastcgi_split_path_info ${split};`,
          'fastcgi_param SCRIPT_NAME $fastcgi_script_name;',
          'fastcgi_param PATH_INFO $fastcgi_path_info;',
        ],
    'fastcgi_param REQUEST_URI $request_uri;',
    'fastcgi_param QUERY_STRING $query_string;',
    'fastcgi_param REQUEST_METHOD $request_method;',
    'fastcgi_param CONTENT_TYPE $content_type;',
    'fastcgi_param CONTENT_LENGTH $content_length;',
    'fastcgi_param GATEWAY_INTERFACE CGI/1.1;',
    'fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;',
    'fastcgi_param SERVER_PROTOCOL $server_protocol;',
    `fastcgi_param SERVER_NAME ${hasName ? '$server_name' : variable('address', name)};`,
    'fastcgi_param SERVER_ADDR $server_addr;',
    'fastcgi_param SERVER_PORT $server_port;',
    'fastcgi_param REMOTE_ADDR $remote_addr;',
    'fastcgi_param REMOTE_PORT $remote_port;',
    'fastcgi_param REQUEST_SCHEME $scheme;',
    'fastcgi_param HTTPS $https if_not_empty;',
    `fastcgi_param HTTP_HOST ${host(site)};`,
    '# A header named Proxy must not look like a variable of the environment. No REMOTE_USER: nginx checks no password.',
    'fastcgi_param HTTP_PROXY "";',
  ];
}

/** Without what a browser could forge. */
function host({ name, serverNames }: Site): string {
  return serverNames.length > 0 ? `$host${variable('port', name)}` : variable('host', name);
}

/** Nothing that nginx has itself: `$server_port` is one. */
function variable(part: 'address' | 'host' | 'port', name: string): string {
  return `$${part}_of_${name.replaceAll('-', '_')}`;
}
