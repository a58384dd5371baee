import { hostPort, parseAddress } from './address.ts';
import { checkNames } from './checks.ts';
import { ConfigError } from './errors.ts';
import { file } from './text.ts';
import type { TunnelConfigs } from './tunnel.ts';

/** One end of a tunnel of WireGuard. */
export interface WireguardHost {
  /** The address that it has inside of the tunnel: IPv4. */
  readonly address: string;
  /** Where the other end reaches it: `192.0.2.1:51820`. */
  readonly endpoint: string;
  /** What `wg pubkey` has printed there. */
  readonly publicKey: string;
}

/** What `wireguardConfigs` takes. */
export interface WireguardOptions {
  /** The host of the application. */
  readonly application: WireguardHost;
  /** The host of the web server. */
  readonly webServer: WireguardHost;
}

/**
 * A tunnel of WireGuard between the host of a web server and that of an application: for each a file for `wg-quick`, for
 * example `/etc/wireguard/fcgi.conf`. The private key of a host stays in a file beside it, `fcgi.key`.
 *
 * @throws ConfigError if an option is unknown or wrong
 */
export function wireguardConfigs(options: WireguardOptions): TunnelConfigs {
  checkNames(options, ['application', 'webServer']);
  const application = readHost('application', options.application);
  const webServer = readHost('webServer', options.webServer);
  return { application: configOf(application, webServer), webServer: configOf(webServer, application) };
}

interface Host {
  readonly address: string;
  readonly endpoint: string;
  readonly port: number;
  readonly publicKey: string;
}

function readHost(option: string, host: WireguardHost): Host {
  checkNames(host, ['address', 'endpoint', 'publicKey'], option);
  const { address, publicKey } = host;
  const endpoint = parseAddress(`${option}.endpoint`, host.endpoint);
  if (endpoint.kind === 'unix') throw new ConfigError(`${option}.endpoint`, 'must be host:port');
  if (typeof address !== 'string' || !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) {
    throw new ConfigError(`${option}.address`, 'must be an address of IPv4, for example 10.78.0.1');
  }
  if (typeof publicKey !== 'string' || !/^[A-Za-z\d+/]{43}=$/.test(publicKey)) {
    throw new ConfigError(
      `${option}.publicKey`,
      'must be what wg pubkey prints: 44 characters that end with =',
    );
  }
  return { address, endpoint: hostPort(endpoint), port: endpoint.port, publicKey };
}

function configOf(own: Host, other: Host): string {
  return file(
    '[Interface]',
    `Address = ${own.address}/32`,
    `ListenPort = ${own.port}`,
    '# The private key is not in this file, and leaves the host in no other way.',
    'PostUp = wg set %i private-key /etc/wireguard/%i.key',
    '',
    '[Peer]',
    `PublicKey = ${other.publicKey}`,
    `Endpoint = ${other.endpoint}`,
    '# Only this host can send from this address.',
    `AllowedIPs = ${other.address}/32`,
    '# Through firewalls that forget connections; and hosts that vanish are noticed by what is sent inside.',
    'PersistentKeepalive = 25',
  );
}
