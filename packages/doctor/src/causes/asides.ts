import type { Cause, CauseFamily } from '../cause.ts';
import { withoutExec } from './wrapper.ts';

const clientGone: Cause = {
  id: 'browser-gone',
  title: 'Browsers leave before the answer is there',
  seen: 'nothing: 499 in the access log (nginx)',
  lines: [
    { where: 'nginx', line: 'client prematurely closed connection, so upstream connection is closed too' },
    { where: 'mod_fcgid', line: "can't get data from http client" },
    { where: 'mod_fastcgi', line: 'client stopped connection before send body completed' },
    { where: 'nginx', line: 'client prematurely closed connection' },
    { where: 'nginx', line: 'client timed out (…' },
    { where: 'nginx', line: 'recv() failed (…) while reading client request body' },
    { where: 'nginx', line: 'recv() failed (…) while waiting for request' },
    { where: 'nginx', line: 'writev() failed (…) while sending to client' },
    { where: 'nginx', line: 'send() failed (…) while sending to client' },
    { where: 'nginx', line: 'sendfile() failed (…) while sending to client' },
    { where: 'nginx', line: 'writev() failed (…) while sending response to client' },
    { where: 'nginx', line: 'client sent invalid chunked body' },
    { where: 'mod_fcgid', line: 'ap_pass_brigade failed …' },
    { where: 'mod_fcgid', line: "can't read request from HTTP client" },
    { where: 'mod_fcgid', line: "can't read request from bucket" },
    { where: 'mod_proxy_fcgi', line: 'AH01075: Error dispatching request to …(reading input brigade)' },
    {
      where: 'mod_proxy_fcgi',
      line: 'AH01075: Error dispatching request to …(passing brigade to output filters)',
    },
    { where: 'Apache', line: 'AH02608: read request body failed to …' },
    { where: 'Apache', line: 'AH01095: prefetch request body failed to …' },
    { where: 'Apache', line: 'AH01567: …' },
    { where: 'Caddy', line: '"context canceled"' },
    { where: 'Caddy', line: '"msg":"aborting with incomplete response"…write: broken pipe' },
    { where: 'Caddy', line: '"msg":"aborting with incomplete response"…context canceled' },
    { where: 'Caddy', line: 'write tcp …->…: write: connection reset by peer' },
    { where: 'HAProxy', line: ' CD-- ' },
    { where: 'HAProxy', line: ' CR-- ' },
    { where: 'HAProxy', line: ' CC-- ' },
    { where: 'HAProxy', line: ' CH-- ' },
    { where: 'HAProxy', line: ' CL-- ' },
    { where: 'HAProxy', line: ' CQ-- ' },
    { where: 'HAProxy', line: ' cD-- ' },
    { where: 'HAProxy', line: ' cR-- ' },
    { where: 'HAProxy', line: ' cH-- ' },
  ],
  why: 'The visitor went to another page, closed the window, or lost the network, during an upload or before the end of the answer. That is no fault; where it is often, the application may be slow.',
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
    { where: 'Apache', line: 'AH01589: Read content-length of … is larger than the configured limit of …' },
    { where: 'nginx', line: 'client intended to send too large chunked body: …' },
    { where: 'Caddy', line: 'http: request body too large' },
    { where: 'lighttpd', line: 'request-size too long: …' },
    { where: 'php-fpm', line: 'POST Content-Length of … bytes exceeds the limit of … bytes' },
  ],
  why: 'It has a limit of its own: 128 KB with mod_fcgid, 1 MB with nginx, unless it is set. The application never sees such a request.',
  remedy: () => [
    'nginx: client_max_body_size 100m; Apache: FcgidMaxRequestLen 104857600 and LimitRequestBody 104857600; lighttpd: server.max-request-size (in KB).',
  ],
  evidence: () => [],
};

const headersTooLarge: Cause = {
  id: 'request-head-too-large',
  title: 'A request has more headers than the web server takes',
  seen: '500 (Apache mod_fcgid), 400, 414 or 431 (others)',
  lines: [
    { where: 'mod_fcgid', line: "mod_fcgid: can't init env request header" },
    { where: 'mod_fcgid', line: "mod_fcgid: can't build begin or env request" },
    { where: 'mod_proxy_fcgi', line: "AH02536: couldn't encode envvar '…' in … bytes" },
    { where: 'nginx', line: 'fastcgi request record is too big: …' },
    { where: 'nginx', line: 'client sent too long header line: …' },
    { where: 'nginx', line: 'client sent too long URI' },
    { where: 'Apache', line: 'AH00561: Request header exceeds LimitRequestFieldSize…' },
  ],
  why: 'mod_fcgid passes 64 KB of headers and variables, and no more; nginx and Apache take header lines of 8 KB. Mostly these are cookies.',
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
    { where: 'php-fpm', line: 'Unable to open primary script: …' },
    { where: 'php-fpm', line: 'No input file specified' },
    { where: 'php-fpm', line: 'has been denied (see security.limit_extensions)' },
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
  causes: [clientGone, bodyTooLarge, headersTooLarge, scriptUnknown, ignoresSigterm, withoutExec],
};
