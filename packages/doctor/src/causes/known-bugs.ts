import type { Cause, CauseFamily } from '../cause.ts';
import type { Facts } from '../facts.ts';
import type { Directive } from '../gather/configuration/configuration.ts';
import { isOlder, versionIn } from '../system/version-order.ts';

/** What a configuration of one product says by these names. */
function settings({ configuration }: Facts, product: string, name: string): readonly Directive[] {
  if (configuration?.product !== product) return [];
  return configuration.directives.filter((directive) => directive.name === name);
}

/** The version of the web server whose configuration was read, if it is installed here. */
function versionOf({ configuration, webServerVersion }: Facts, product: string): string | undefined {
  return configuration?.product === product ? versionIn(webServerVersion ?? '') : undefined;
}

/** Debian and Ubuntu fix security bugs in a version without another number. */
function isPatchedByOthers({ webServerVersion = '' }: Facts): boolean {
  return /\+deb\d+u\d+|ubuntu/.test(webServerVersion);
}

/** Branch → the release with the fix. Older branches have none. */
const PHP_FIXES: Readonly<Record<string, string>> = {
  '8.2': '8.2.36',
  '8.3': '8.3.37',
  '8.4': '8.4.28',
  '8.5': '8.5.13',
};

function isFixedPhp(version: string): boolean {
  const fix = PHP_FIXES[version.split('.', 2).join('.')];
  return fix === undefined ? !isOlder(version, '8.6') : !isOlder(version, fix);
}

const phpFpm: Cause = {
  id: 'php-fpm-vulnerable',
  title: 'This php-fpm takes the body of one request for other requests',
  seen: 'nothing, until an attacker uses it: answers that belong to other requests, variables that the web server never sent',
  lines: [],
  why: 'CVE-2026-129289: a body that a script has not read is parsed as records on a kept connection. Fixed in PHP 8.2.36, 8.3.37, 8.4.28 and 8.5.13.',
  remedy: () => [
    'Install a PHP with the fix (apt-get upgrade).',
    'Until then, keep no connections to php-fpm: no fastcgi_keep_conn and keepalive (nginx), no enablereuse (Apache).',
  ],
  evidence: ({ answer }) => {
    const [, version] = /^PHP\/(\d+\.\d+\.\d+)/.exec(answer?.poweredBy ?? '') ?? [];
    return version === undefined || isFixedPhp(version) ? [] : [`X-Powered-By: PHP/${version}`];
  },
};

const haproxyNames: Cause = {
  id: 'haproxy-name-clash',
  title: 'A frontend and a backend of HAProxy share a name',
  seen: 'HAProxy 3.2 warns; 3.3 and later do not start',
  lines: [
    { where: 'HAProxy', line: "backend '…' has the same name as frontend '…'" },
    { where: 'HAProxy', line: "frontend '…' has the same name as backend '…'" },
  ],
  why: 'HAProxy 3.3 refuses two sections of one name. Older versions take them.',
  remedy: () => [
    'Rename the frontend, for example app_http: nothing refers to it. Commands such as "set server app/app1" name the backend.',
    'fcgi config haproxy prints other names.',
  ],
  evidence: (facts) => {
    const backends = settings(facts, 'haproxy', 'backend').map(({ args }) => args[0]);
    return settings(facts, 'haproxy', 'frontend')
      .filter(({ args }) => backends.includes(args[0]))
      .map(({ args, at }) => `${at}: frontend ${args[0]}, and there is a backend ${args[0]}`);
  },
};

/** HAProxy has no room for a record and its padding from here on. */
const LARGE_BUFFER = 65_544;

const haproxyBuffer: Cause = {
  id: 'haproxy-buffer-size',
  title: 'With this tune.bufsize HAProxy lets a body pass for a request of its own',
  seen: 'nothing, until an attacker uses it: requests with any REMOTE_USER, which no web server has checked',
  lines: [],
  why: 'Before 3.2.16, and with buffers of 65,544 bytes or more, the body of a POST can be so long that its record has a wrong length. The rest runs as a request with params of the sender’s choice. The application cannot tell.',
  remedy: () => [
    'Set tune.bufsize to 65536 or less (the default is 16384), or install HAProxy 3.2.16 or later.',
  ],
  evidence: (facts) => {
    const version = versionOf(facts, 'haproxy');
    if (version !== undefined && !isOlder(version, '3.2.16')) return [];
    return settings(facts, 'haproxy', 'tune.bufsize')
      .filter(({ args }) => Number(args[0]) >= LARGE_BUFFER)
      .map(
        ({ args, at }) => `${at}: tune.bufsize ${args[0]}, and ${version ?? 'an unknown version of HAProxy'}`,
      );
  },
};

const haproxyVersion: Cause = {
  id: 'haproxy-vulnerable',
  title: 'This HAProxy can be crashed by a FastCGI application',
  seen: '502 or 503 for all, while HAProxy starts again',
  lines: [],
  why: 'CVE-2026-55203: a record of 65,535 bytes with padding. Fixed in 3.2.20 and 3.4.1. Records of @fcgi-js/server have 65,520 bytes at most; those of another application, or of one that was taken over, need not.',
  remedy: () => ['Install HAProxy 3.2.20, 3.4.1 or later.'],
  evidence: (facts) => {
    const version = versionOf(facts, 'haproxy');
    if (version === undefined || isPatchedByOthers(facts)) return [];
    const isFixed = isOlder(version, '3.3') ? !isOlder(version, '3.2.20') : !isOlder(version, '3.4.1');
    return isFixed ? [] : [facts.webServerVersion ?? ''];
  },
};

const haproxyMultiplexing: Cause = {
  id: 'haproxy-multiplexing',
  title: 'This HAProxy answers 500 to some uploads that share a connection',
  seen: '500, for a few of many simultaneous uploads',
  lines: [],
  why: 'With option mpxs-conns, HAProxy before 3.2 ends some of many simultaneous uploads: 94 of 800 with 3.0.11, 2 of 800 with 2.6.12, none with 3.2.26.',
  remedy: () => [
    'Leave option mpxs-conns out (fcgi config haproxy without --multiplex), or install HAProxy 3.2 or later.',
  ],
  evidence: (facts) => {
    const version = versionOf(facts, 'haproxy');
    if (version === undefined || !isOlder(version, '3.2')) return [];
    return settings(facts, 'haproxy', 'option')
      .filter(({ args }) => args[0] === 'mpxs-conns')
      .map(({ at }) => `${at}: option mpxs-conns, and HAProxy ${version}`);
  },
};

const lighttpdAuthorizer: Cause = {
  id: 'lighttpd-authorizer',
  title: 'lighttpd lets every visitor in when an authorizer ends without an answer',
  seen: 'protected pages, for people who have not logged in',
  lines: [],
  why: 'lighttpd, 1.4.85 still, takes a request that ends with nothing but END_REQUEST for a yes. That is what many applications send when they crash, are full, or know no authorizers. @fcgi-js/server answers 500 instead.',
  remedy: () => [
    'Serve the authorizer with @fcgi-js/server or fcgi run: then there is nothing to do.',
    'Otherwise look in the application for what the authorizer sets on a yes (Variable-NAME), and refuse requests without it.',
  ],
  evidence: (facts) =>
    settings(facts, 'lighttpd', 'fastcgi.server')
      .filter(({ args }) => /"mode"\s*=>\s*"authorizer"/.test(args.join(' ')))
      .map(({ at }) => `${at}: "mode" => "authorizer"`),
};

const caddyLength: Cause = {
  id: 'caddy-length-required',
  title: 'Caddy refuses uploads of unknown length',
  seen: '411, and nothing in the log of Caddy',
  lines: [],
  why: 'Caddy 2.9 and later find the length of a body for FastCGI, and have 4,096 bytes of memory for it unless request_buffers says more. Chunked bodies, and many of HTTP/2 and HTTP/3, have no length.',
  remedy: () => [
    'Take both proxies of fcgi config caddy: one with request_buffers for requests without Content-Length, one for all others.',
  ],
  evidence: (facts) => {
    const version = versionOf(facts, 'caddy');
    if (version === undefined || isOlder(version, '2.9')) return [];
    const [transport] = settings(facts, 'caddy', 'transport').filter(({ args }) => args[0] === 'fastcgi');
    if (transport === undefined || settings(facts, 'caddy', 'request_buffers').length > 0) return [];
    return [`${transport.at}: transport fastcgi, nowhere request_buffers, and Caddy ${version}`];
  },
};

const caddySplitPath: Cause = {
  id: 'caddy-split-path',
  title: 'This Caddy can be led to another script than the URL names',
  seen: 'nothing, until an attacker uses it: an uploaded file that PHP runs',
  lines: [],
  why: 'CVE-2026-27590: with split (php_fastcgi has it), Caddy before 2.11.1 cuts SCRIPT_NAME at the wrong place where a path has certain letters outside ASCII. Without split nothing is cut.',
  remedy: () => [
    'Install Caddy 2.11.1 or later.',
    'For an application that is not PHP, leave split and php_fastcgi out: fcgi config caddy prints it so.',
  ],
  evidence: (facts) => {
    const version = versionOf(facts, 'caddy');
    if (version === undefined || !isOlder(version, '2.11.1') || isPatchedByOthers(facts)) return [];
    return [...settings(facts, 'caddy', 'split'), ...settings(facts, 'caddy', 'php_fastcgi')].map(
      ({ args, at, name }) => `${at}: ${name} ${args.join(' ')}, and Caddy ${version}`,
    );
  },
};

const haproxyChunked: Cause = {
  id: 'haproxy-chunked',
  title: 'HAProxy refuses uploads of unknown length above its buffer',
  seen: '400, from HAProxy itself',
  lines: [
    { where: 'HAProxy', line: ' 400 … PH-- ' },
    { where: 'HAProxy', line: ' 400 … PR-- ' },
  ],
  why: 'FastCGI needs the length of a body. HAProxy before 3.0 answers a chunked upload of more than about 16 KB (tune.bufsize) with 400, and the application sees nothing of it. PR is a request that HAProxy does not take for HTTP.',
  remedy: () => [
    'Send a length: curl -T FILE instead of a pipe, Content-Length in the program that uploads.',
    'Or put nginx or Caddy in front of the application: they count the body first. fcgi config haproxy has what HAProxy can do.',
  ],
  evidence: () => [],
};

/** Bugs of web servers, and of applications in other languages, that need no fault of one's own. */
export const knownBugs: CauseFamily = {
  title: 'A known bug of the web server, or of php-fpm',
  reports: 'aside',
  causes: [
    phpFpm,
    haproxyNames,
    haproxyBuffer,
    haproxyVersion,
    haproxyMultiplexing,
    haproxyChunked,
    caddySplitPath,
    lighttpdAuthorizer,
    caddyLength,
  ],
};
