import { type Address, formatAddress, hasTcp, hostPort } from './address.ts';
import { quoteHaproxy } from './quote.ts';
import type { HealthCheck, Site } from './site.ts';
import type { Lines } from './text.ts';

/** Of several applications. */
const DEFAULT_CHECK: HealthCheck = { interval: 2, path: undefined };

/** The lines of a backend of HAProxy that say where the applications are, and what becomes of one that fails. */
export function haproxyServers(site: Site): Lines {
  const { backups, healthCheck, listen, slowStart } = site;
  const isSeveral = listen.length + backups.length > 1;
  const check = healthCheck ?? (isSeveral || slowStart !== undefined ? DEFAULT_CHECK : undefined);
  const words = check === undefined ? '' : ` ${checkWords(check, slowStart)}`;
  return [
    check?.path !== undefined && request(check.path, site),
    isSeveral && failover(site),
    check !== undefined && '# One that does not answer twice is left out until it answers three times.',
    listen.map((address, place) => `server app${place + 1} ${haproxyTarget(address)} proto fcgi${words}`),
    backups.map(
      (address, place) => `server backup${place + 1} ${haproxyTarget(address)} proto fcgi backup${words}`,
    ),
  ];
}

function checkWords({ interval }: HealthCheck, slowStart: number | undefined): string {
  const slowly = slowStart === undefined ? '' : ` slowstart ${slowStart}s`;
  return `check inter ${interval}s fall 2 rise 3${slowly}`;
}

/** Requests that are under way at one that answers something else go on: so an application can be drained. */
function request(path: string, { serverNames }: Site): Lines {
  const uri = quoteHaproxy('healthCheck.path', path);
  return [
    'option httpchk',
    `http-check send meth GET uri ${uri} ver HTTP/1.1 hdr Host ${serverNames[0] ?? 'localhost'}`,
    'http-check expect status 200-399',
  ];
}

function failover(site: Site): Lines {
  return [
    'balance leastconn',
    site.backups.length > 1 && 'option allbackups',
    '# Another application is asked where none could be connected to, or where the connection was lost and the',
    '# request is safe to repeat. A slow answer is no reason to ask twice.',
    'option redispatch 1',
    'retry-on conn-failure empty-response',
    'http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
    hasTcp(site) && [
      '# A host that vanishes closes no connection: this ends them after 15 s.',
      'option srvtcpka',
      'srvtcpka-idle 5s',
      'srvtcpka-intvl 5s',
      'srvtcpka-cnt 2',
    ],
  ];
}

/** An address as a line `server` of HAProxy has it. */
export function haproxyTarget(address: Address): string {
  return address.kind === 'unix' ? formatAddress(address).replace(':', '@') : hostPort(address);
}
