import type { Cause, CauseFamily } from '../cause.ts';

const clientGone: Cause = {
  id: 'browser-gone',
  title: 'Browsers leave before the answer is there',
  seen: 'nothing: 499 in the access log (nginx)',
  lines: [
    { where: 'nginx', line: 'client prematurely closed connection, so upstream connection is closed too' },
    { where: 'mod_fcgid', line: "can't get data from http client" },
    { where: 'mod_fastcgi', line: 'client stopped connection before send body completed' },
    { where: 'HAProxy', line: ' CD-- ' },
    { where: 'HAProxy', line: ' CR-- ' },
  ],
  why: 'Somebody went to another page or closed the window. That is no fault; where it is often, the application may be slow.',
  remedy: () => ['Nothing, if it is now and then. Else look which pages are slow.'],
  evidence: () => [],
};

const bodyTooLarge: Cause = {
  id: 'upload-too-large',
  title: 'The web server does not let uploads of this size through',
  seen: '413 (nginx, lighttpd), 500 (Apache mod_fcgid)',
  lines: [
    { where: 'mod_fcgid', line: 'HTTP request length … exceeds MaxRequestLen …' },
    { where: 'nginx', line: 'client intended to send too large body: … bytes' },
    { where: 'Apache', line: 'AH01587: Invalid Content-Length' },
    {
      where: 'Apache',
      line: 'AH01588: Requested content-length of … is larger than the configured limit of …',
    },
  ],
  why: 'It has a limit of its own: 128 KB with mod_fcgid, 1 MB with nginx, unless it is set. The application never sees such a request.',
  remedy: () => [
    'nginx: client_max_body_size 100m; Apache: FcgidMaxRequestLen 104857600 and LimitRequestBody 104857600; lighttpd: server.max-request-size (in KB).',
  ],
  evidence: () => [],
};

const headersTooLarge: Cause = {
  id: 'request-head-too-large',
  title: 'A request has more headers than mod_fcgid takes',
  seen: '500 (Apache mod_fcgid)',
  lines: [{ where: 'mod_fcgid', line: "mod_fcgid: can't init env request header" }],
  why: 'mod_fcgid passes 64 KB of headers and variables, and no more. Mostly these are cookies.',
  remedy: () => ['Set fewer and smaller cookies: keep the session on the server.'],
  evidence: () => [],
};

const scriptUnknown: Cause = {
  id: 'script-unknown',
  title: 'php-fpm does not find the script that the web server names',
  seen: '404, “File not found.”',
  lines: [
    { where: 'nginx', line: 'FastCGI sent in stderr: "Primary script unknown"' },
    { where: 'mod_proxy_fcgi', line: "AH01071: Got error 'Primary script unknown…'" },
    { where: 'Caddy, lighttpd', line: 'Primary script unknown' },
  ],
  why: 'SCRIPT_FILENAME leads to no file that php-fpm can see: another root folder, a closed folder on the way, or php-fpm in a container with other paths.',
  remedy: () => [
    'nginx: fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; with root set in the same server block.',
    'Try it alone: fcgi request ADDRESS / --script /var/www/index.php',
  ],
  evidence: () => [],
};

const ignoresSigterm: Cause = {
  id: 'ignores-sigterm',
  title: 'The program does not end when it is asked to',
  seen: 'old code that goes on serving after a restart; processes that pile up',
  lines: [{ where: 'mod_fcgid', line: 'process … graceful kill fail, sending SIGKILL' }],
  why: 'A web server asks its programs to end with SIGTERM. lighttpd and h2o do nothing more: a program that goes on stays for ever.',
  remedy: () => [
    "process.once('SIGTERM', () => server.close()), and close databases and timers there. fcgi run does that by itself.",
  ],
  evidence: ({ start }) =>
    start?.trial.acceptance === 'accepted' && !start.trial.stops && start.trial.ended === undefined
      ? ['it still ran 5 s after SIGTERM']
      : [],
};

/** What has nothing to do with other findings. */
export const asides: CauseFamily = {
  title: 'Beside that',
  reports: 'aside',
  causes: [clientGone, bodyTooLarge, headersTooLarge, scriptUnknown, ignoresSigterm],
};
