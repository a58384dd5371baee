import { hostPort } from '../address.ts';
import { quoteApache, quoteRegex } from '../quote.ts';
import type { Site } from '../site.ts';
import { indent, type Lines } from '../text.ts';
import { onlyUpgradeAddress, UPGRADE_SILENCE, WEBSOCKET } from '../upgrades.ts';

/** What passes WebSockets on. */
export const UPGRADE_MODULES = ['headers', 'proxy', 'proxy_http', 'rewrite'];

/** mod_rewrite chooses by a header field, and before all else. What protects a URL protects its WebSockets, too. */
export function upgrades(site: Site): Lines {
  const { mount, name, timeouts } = site;
  const address = onlyUpgradeAddress(
    site,
    'Apache passes WebSockets to one address here; put HAProxy or nginx before several',
  );
  if (address === undefined) return undefined;
  const target =
    address.kind === 'unix' ? `unix:${address.path}|http://${name}-upgrade` : `http://${hostPort(address)}`;
  const isUpgrade = `"expr=%{HTTP:Upgrade} =~ /${WEBSOCKET}/i"`;
  return [
    '# WebSockets have a socket of their own: FastCGI carries no upgrades. All else is a request. Apache 2.4.47 or later.',
    'ProxyPreserveHost On',
    `<Proxy "${target}">`,
    indent(
      '# A WebSocket may be silent for so long.',
      `ProxySet upgrade=websocket connectiontimeout=${timeouts.connect} timeout=${UPGRADE_SILENCE} enablereuse=off`,
    ),
    '</Proxy>',
    'RewriteEngine On',
    `RewriteCond %{HTTP:Upgrade} ${WEBSOCKET} [NC]`,
    '# The path as the browser sent it; Apache adds the query.',
    'RewriteCond %{THE_REQUEST} "^[A-Z]+ (/[^ ?]*)"',
    `RewriteRule "^${mount === '' ? '/' : `${quoteRegex(mount)}(?:/|$)`}" "${target}%1" [P,NE]`,
    '# The application believes these, and X-Forwarded-For, to which Apache appends.',
    `RequestHeader set X-Forwarded-Proto "expr=%{REQUEST_SCHEME}" ${isUpgrade}`,
    mount === ''
      ? `RequestHeader unset X-Forwarded-Prefix ${isUpgrade}`
      : `RequestHeader set X-Forwarded-Prefix ${quoteApache('mount', mount)} ${isUpgrade}`,
    '',
  ];
}
