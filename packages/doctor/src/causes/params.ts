import type { Cause } from '../cause.ts';
import type { Facts } from '../facts.ts';
import type { Directive } from '../gather/configuration/configuration.ts';

/** `fastcgi_param` of nginx with one name, those of included files among them. */
function nginxParam({ configuration }: Facts, name: string): readonly Directive[] {
  if (configuration?.product !== 'nginx') return [];
  return configuration.directives.filter((each) => each.name === 'fastcgi_param' && each.args[0] === name);
}

function fastcgiPass({ configuration }: Facts): Directive | undefined {
  return configuration?.product === 'nginx'
    ? configuration.directives.find(({ name }) => name === 'fastcgi_pass')
    : undefined;
}

export const paramsMissing: Cause = {
  id: 'params-missing',
  title: 'nginx passes nothing about the request to the application',
  seen: 'the same page for every URL, or an error of the application',
  lines: [],
  why: 'nginx passes on only what fastcgi_param names. Without REQUEST_METHOD and REQUEST_URI the application does not know what was asked for.',
  remedy: () => [
    'Add include fastcgi_params; beside fastcgi_pass. fastcgi_param in an inner block takes away those of the outer ones.',
    'fcgi config nginx prints all that is needed.',
  ],
  evidence: (facts) => {
    const pass = fastcgiPass(facts);
    if (pass === undefined || nginxParam(facts, 'REQUEST_METHOD').length > 0) return [];
    return [`${pass.at}: fastcgi_pass, and nowhere fastcgi_param REQUEST_METHOD`];
  },
};

export const requestUriMissing: Cause = {
  id: 'request-uri-missing',
  title: 'nginx does not pass REQUEST_URI on',
  seen: 'the first page for every URL, or URLs without their query or their escapes',
  lines: [],
  why: 'The application gets the URL as the browser sent it from REQUEST_URI. SCRIPT_NAME and PATH_INFO are decoded, and often name a file of the web server instead.',
  remedy: () => [
    'Add include fastcgi_params; beside fastcgi_pass, or fastcgi_param REQUEST_URI $request_uri;',
    'fcgi config nginx prints all that is needed.',
  ],
  evidence: (facts) => {
    const pass = fastcgiPass(facts);
    const isKnown = pass === undefined || nginxParam(facts, 'REQUEST_METHOD').length === 0;
    if (isKnown || nginxParam(facts, 'REQUEST_URI').length > 0) return [];
    return [`${pass.at}: fastcgi_pass, and nowhere fastcgi_param REQUEST_URI`];
  },
};

export const requestUriDecoded: Cause = {
  id: 'request-uri-decoded',
  title: 'REQUEST_URI is not the URL that the browser has sent',
  seen: 'URLs without their query; links with %20, %2F or ä that lead elsewhere; rewritten URLs',
  lines: [],
  why: '$uri and $document_uri are decoded, normalised and changed by rewrite and try_files. They have no query.',
  remedy: () => ['fastcgi_param REQUEST_URI $request_uri;'],
  evidence: (facts) =>
    nginxParam(facts, 'REQUEST_URI')
      .filter(({ args }) => /\$\{?(?:document_)?uri\b/.test(args[1] ?? ''))
      .map(({ args, at }) => `${at}: fastcgi_param REQUEST_URI ${args[1]}`),
};

export const pathTwice: Cause = {
  id: 'path-twice',
  title: 'PATH_INFO and SCRIPT_NAME both have the whole path',
  seen: 'the first page for every URL, or doubled paths in links',
  lines: [],
  why: 'SCRIPT_NAME is where the application is mounted, PATH_INFO what follows. With $fastcgi_script_name in both, an application that joins them sees /a/a for /a.',
  remedy: () => [
    'At the root of a site: fastcgi_param SCRIPT_NAME ""; fastcgi_param PATH_INFO $fastcgi_script_name; after include fastcgi_params.',
    'Below /app: fastcgi_split_path_info ^(/app)(.*)$; fastcgi_param PATH_INFO $fastcgi_path_info;',
    '@fcgi-js/server takes the path from REQUEST_URI, and fcgi run --mount says the prefix.',
  ],
  evidence: (facts) => {
    const isWhole = ({ args }: Directive) => args[1] === '$fastcgi_script_name';
    const names = nginxParam(facts, 'SCRIPT_NAME');
    const split = facts.configuration?.directives.some(({ name }) => name === 'fastcgi_split_path_info');
    // The last of a name is what counts.
    const last = names.at(-1);
    if (split || last === undefined || !isWhole(last)) return [];
    return nginxParam(facts, 'PATH_INFO')
      .filter(isWhole)
      .map(
        ({ at }) => `${at}: PATH_INFO $fastcgi_script_name, and ${last.at}: SCRIPT_NAME $fastcgi_script_name`,
      );
  },
};

export const caddySplit: Cause = {
  id: 'caddy-split',
  title: 'Caddy splits URLs at .php, for an application that is not PHP',
  seen: 'the first page for every URL, or 404',
  lines: [],
  why: 'php_fastcgi, and split .php in transport fastcgi, are for files of PHP: every other URL becomes index.php, or a script of its own without PATH_INFO.',
  remedy: ({ address }) => [
    `Leave split out: reverse_proxy ${address.replace(/^unix:/, 'unix/').replace(/^tcp:/, '')} with transport fastcgi. fcgi config caddy prints it.`,
  ],
  evidence: ({ answer, configuration }) => {
    // php-fpm names itself in its answers, and then it is right.
    if (configuration?.product !== 'caddy' || answer?.status === undefined) return [];
    if (answer.poweredBy?.startsWith('PHP') || answer.stderr.includes('Primary script')) return [];
    return configuration.directives
      .filter(({ name, args }) => (name === 'split' && args[0] === '.php') || name === 'php_fastcgi')
      .map(({ name, args, at }) => `${at}: ${name} ${args.join(' ')}`);
  },
};

export const pathUncertain: Cause = {
  id: 'path-uncertain',
  title: 'The application does not know at which prefix it is',
  seen: 'the same page for every URL, 404 for all pages, or links and redirects without the prefix',
  lines: [
    { where: 'fcgi run', line: 'FCGI_PATH_UNCERTAIN' },
    { where: 'fcgi run', line: 'The web server does not say which path is asked for' },
    { where: 'fcgi run', line: 'The first request got 404 from the application, and its path begins with …' },
  ],
  why: 'Many configurations do not say where the prefix of the application ends, or pass on a path that they have rewritten.',
  remedy: ({ application }) => [
    `At the root of the site: fcgi run --mount / ${application}`,
    `Below a prefix: fcgi run --mount /shop ${application}. In a program: createServer({ mount: '/shop' }).`,
    'nginx: fastcgi_param REQUEST_URI $request_uri; and include fastcgi_params;',
  ],
  evidence: () => [],
};
