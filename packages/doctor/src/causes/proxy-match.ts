import type { Cause } from '../cause.ts';
import type { Facts } from '../facts.ts';
import type { Directive } from '../gather/configuration/configuration.ts';

/** `ProxyPassMatch` to a Unix socket with `$1` at the end, where `$1` may be empty. Not that of PHP, which always has a `.php` in it. */
function shortenedByMatch({ configuration }: Facts): readonly Directive[] {
  if (configuration?.product !== 'apache') return [];
  return configuration.directives.filter(({ args: [pattern = '', url = ''], name }) => {
    const isMatch = name.toLowerCase() === 'proxypassmatch' && /^[^(]*\(\/?\.[*+]\)/.test(pattern);
    return isMatch && /^unix:[^|]+\|fcgi:.*\$1$/.test(url);
  });
}

export const proxyMatchSocket: Cause = {
  id: 'proxy-match-socket',
  title: 'ProxyPassMatch with $1 does not use the Unix socket for short URLs',
  seen: '503 for the home page alone (and for URLs of one character); other URLs are right',
  lines: [
    {
      where: 'mod_proxy_fcgi',
      line: '(111)Connection refused: AH00957: FCGI: attempt to connect to 127.0.0.1:8000 (localhost:8000) failed',
    },
  ],
  why: 'Apache finds the socket by comparing URLs, and $1 counts as two characters. For a shorter URL it connects to fcgi://localhost, which is TCP port 8000, where another program may listen.',
  remedy: ({ address }) => [
    `Without a pattern: ProxyPass "/" "${address}|fcgi://localhost/"`,
    `Or keep it, and put before it: ProxyPassMatch "^/$" "${address}|fcgi://localhost/"`,
    'If the configuration names port 8000 itself: nothing listens there, so start the application with fcgi run --listen 127.0.0.1:8000 APP',
  ],
  evidence: (facts) =>
    shortenedByMatch(facts).map(({ args, at }) => `${at}: ProxyPassMatch ${args.slice(0, 2).join(' ')}`),
};
