import type { Cause } from '../cause.ts';

/** The web server says itself what is wrong in its file, and where. */
export const configurationError: Cause = {
  id: 'configuration-error',
  title: 'The configuration of the web server has a mistake',
  seen: 'the web server does not start, or goes on with the old configuration',
  lines: [
    { where: 'nginx', line: '[emerg] … in /…:…' },
    { where: 'nginx', line: '[emerg] … in upstream …' },
    { where: 'nginx', line: 'configuration file … test failed' },
    { where: 'nginx', line: 'no port in upstream …' },
    { where: 'nginx', line: '"fastcgi_busy_buffers_size" must be …' },
    { where: 'Apache', line: 'AH00526: Syntax error on line … of …' },
    { where: 'Apache', line: 'AH01059: error parsing URL …' },
    { where: 'Apache', line: 'AH00072: make_sock: could not bind to address …' },
    { where: 'nginx', line: 'bind() to … failed (…' },
    { where: 'lighttpd', line: 'either host/port or socket have to be set in…' },
    { where: 'lighttpd', line: 'host or bin-path have to be set in…' },
    { where: 'lighttpd', line: 'host or binpath have to be set in…' },
    { where: 'lighttpd', line: 'unexpected value for …server…' },
    { where: 'lighttpd', line: 'incorrect directive contains underscore …' },
    { where: 'lighttpd', line: 'unknown gw mode: …' },
    { where: 'lighttpd', line: 'unknown fastcgi mode: …' },
    { where: 'lighttpd', line: 'docroot is required for authorizer mode' },
    { where: 'lighttpd', line: 'parser failed somehow near here…' },
    { where: 'HAProxy', line: 'parsing […' },
    { where: 'HAProxy', line: 'Fatal errors found in configuration' },
    { where: 'Caddy', line: 'adapting config using caddyfile: …' },
    { where: 'Caddy', line: 'loading initial config: …' },
    { where: 'h2o', line: 'in command `…`, …' },
    { where: 'h2o', line: 'failed to apply configuration' },
    { where: 'systemd', line: 'Unknown key name …' },
    { where: 'systemd', line: 'Unknown lvalue …' },
  ],
  why: 'The line names the file and the place. “bind() to … failed” and “could not bind” mean that another web server has the port already.',
  remedy: () => [
    'Correct it, and test before the restart: nginx -t, apachectl configtest, lighttpd -tt -f FILE, caddy validate --config FILE, haproxy -c -f FILE, h2o -t -c FILE.',
    'ss -ltnp shows what has a port.',
  ],
  evidence: () => [],
};

export const notPassedOn: Cause = {
  id: 'not-passed-on',
  title: 'The web server looks for a file instead of asking the application',
  seen: '404 or 403',
  lines: [
    { where: 'nginx', line: 'open() "…" failed (2: No such file or directory), client: …' },
    { where: 'nginx', line: '" is not found (2: No such file or directory), client: …' },
    { where: 'nginx', line: 'directory index of "…" is forbidden' },
    { where: 'nginx', line: 'rewrite or internal redirection cycle …' },
    { where: 'Apache', line: 'AH01276: Cannot serve directory …' },
    { where: 'Apache', line: 'AH01264: script not found or unable to stat: …' },
    { where: 'lighttpd', line: 'X-Sendfile: file not under configured x-sendfile-docroot(s): …' },
  ],
  why: 'This URL goes to no FastCGI application, but to the files of the site: another location or server block is chosen, or an application has named a file that is not there (X-Accel-Redirect, X-Sendfile).',
  remedy: () => [
    'nginx: look with nginx -T which location takes the URL; fastcgi_pass belongs into that one, or into try_files $uri @app;',
    'Apache: ProxyPass, ScriptAlias or a RewriteRule for the URL, in the virtual host that is asked for (apachectl -S).',
  ],
  evidence: () => [],
};
