import { type Address, formatAddress, hostPort, parseAddress } from './address.ts';
import { checkName, checkNames, checkPath } from './checks.ts';
import { ConfigError } from './errors.ts';
import { file, indent } from './text.ts';

/** What `tunnelConfigs` takes. */
export interface TunnelOptions {
  /** Where the application listens on its own host: a Unix socket, or the loopback address. */
  readonly app: string;
  /**
   * The folder with the certificates on both hosts: `ca.pem`, and `application.pem` or `web-server.pem`, each with its
   * certificate and its key.
   *
   * @defaultValue `/etc/fcgi-tunnel`
   */
  readonly folder?: string | undefined;
  /** Where the host of the application takes TLS, as the web server's reaches it: `10.0.0.1:9443`. */
  readonly listen: string;
  /**
   * Where the web server connects to, on its own host.
   *
   * @defaultValue `127.0.0.1:9001`
   */
  readonly local?: string | undefined;
  /**
   * What the tunnel is called: letters, digits, `-` and `_`.
   *
   * @defaultValue `app`
   */
  readonly name?: string | undefined;
  /** What makes the tunnel. */
  readonly product: 'haproxy' | 'stunnel';
}

/** A configuration for each end of a tunnel. */
export interface TunnelConfigs {
  /** For the host of the application. */
  readonly application: string;
  /** For the host of the web server. */
  readonly webServer: string;
}

/** The options, checked. */
interface Tunnel {
  readonly app: Address;
  readonly folder: string;
  readonly listen: Address & { readonly kind: 'tcp' };
  readonly local: Address;
  readonly name: string;
}

/** What the certificates say whose they are, as their subject and as a DNS name. */
const APPLICATION = 'application';
const WEB_SERVER = 'web-server';

/**
 * A tunnel of TLS between a web server and an application, as FastCGI has none itself: a configuration for each end. Each
 * end asks the other one for its certificate, so that only the web server gets through.
 *
 * @throws ConfigError if an option is unknown or wrong
 */
export function tunnelConfigs(options: TunnelOptions): TunnelConfigs {
  checkNames(options, ['app', 'folder', 'listen', 'local', 'name', 'product']);
  const tunnel = readTunnel(options);
  switch (options.product) {
    case 'haproxy':
      return { application: haproxyOfApplication(tunnel), webServer: haproxyOfWebServer(tunnel) };
    case 'stunnel':
      return { application: stunnelOfApplication(tunnel), webServer: stunnelOfWebServer(tunnel) };
    default:
      throw new ConfigError('product', 'must be haproxy or stunnel');
  }
}

function readTunnel({ app, folder = '/etc/fcgi-tunnel', listen, local, name }: TunnelOptions): Tunnel {
  const path = checkPath('folder', folder);
  if (!/^[\w./@+=~-]+$/.test(path)) throw new ConfigError('folder', 'may have letters, digits and ._@+=~-');
  const outside = parseAddress('listen', listen);
  if (outside.kind === 'unix')
    throw new ConfigError('listen', 'must be host:port, for another host to reach');
  return {
    app: inside('app', app),
    folder: path,
    listen: outside,
    local: inside('local', local ?? '127.0.0.1:9001'),
    name: checkName('name', name ?? 'app'),
  };
}

/** What passes there is not encrypted. */
function inside(option: string, text: string): Address {
  const address = parseAddress(option, text);
  if (address.kind === 'unix' || /^(?:127\.|::1$|localhost$)/.test(address.host)) return address;
  throw new ConfigError(
    option,
    'must be a Unix socket or the loopback address, as nothing is encrypted there',
  );
}

function stunnelOfApplication({ app, folder, listen, name }: Tunnel): string {
  return file(
    `[${name}]`,
    `accept = ${hostPort(listen)}`,
    `connect = ${stunnelAddress(app)}`,
    stunnelTls(folder, APPLICATION, WEB_SERVER),
  );
}

function stunnelOfWebServer({ folder, listen, local, name }: Tunnel): string {
  return file(
    `[${name}]`,
    'client = yes',
    `accept = ${stunnelAddress(local)}`,
    `connect = ${hostPort(listen)}`,
    stunnelTls(folder, WEB_SERVER, APPLICATION),
  );
}

function stunnelTls(folder: string, own: string, other: string): string[] {
  return [
    `cert = ${folder}/${own}.pem`,
    `CAfile = ${folder}/ca.pem`,
    '; Accepts only a certificate of this authority with this name.',
    'verifyChain = yes',
    `checkHost = ${other}`,
    'sslVersionMin = TLSv1.2',
    '; A host that vanishes closes no connection: this ends them after 15 s.',
    ...['a', 'r'].flatMap((side) => [
      `socket = ${side}:SO_KEEPALIVE=1`,
      `socket = ${side}:TCP_KEEPIDLE=5`,
      `socket = ${side}:TCP_KEEPINTVL=5`,
      `socket = ${side}:TCP_KEEPCNT=2`,
    ]),
  ];
}

function stunnelAddress(address: Address): string {
  return address.kind === 'unix' ? address.path : hostPort(address);
}

function haproxyOfApplication({ app, folder, listen, name }: Tunnel): string {
  const tls = `ssl crt ${folder}/${APPLICATION}.pem ca-file ${folder}/ca.pem verify required ssl-min-ver TLSv1.2`;
  return file(
    `listen ${name}-tunnel`,
    indent(
      `bind ${hostPort(listen)} ${tls}`,
      '# Accepts only a certificate of this authority with this name.',
      `tcp-request session reject unless { ssl_c_s_dn(CN) -m str ${WEB_SERVER} }`,
      haproxyConnections('cli'),
      `server application ${haproxyAddress(app)}`,
    ),
  );
}

function haproxyOfWebServer({ folder, listen, local, name }: Tunnel): string {
  const tls = `ssl crt ${folder}/${WEB_SERVER}.pem ca-file ${folder}/ca.pem verify required verifyhost ${APPLICATION} ssl-min-ver TLSv1.2`;
  return file(
    `listen ${name}-tunnel`,
    indent(
      `bind ${haproxyAddress(local)}`,
      haproxyConnections('srv'),
      `server application ${hostPort(listen)} ${tls}`,
    ),
  );
}

/** @param side on which the other host is */
function haproxyConnections(side: 'cli' | 'srv'): string[] {
  return [
    'mode tcp',
    'timeout connect 5s',
    '# Web server and application know better how long to wait.',
    'timeout client 1h',
    'timeout server 1h',
    '# A host that vanishes closes no connection: this ends them after 15 s.',
    `option ${side}tcpka`,
    `${side}tcpka-idle 5s`,
    `${side}tcpka-intvl 5s`,
    `${side}tcpka-cnt 2`,
  ];
}

function haproxyAddress(address: Address): string {
  return address.kind === 'unix' ? formatAddress(address).replace(':', '@') : hostPort(address);
}
