import type { Cause, CauseFamily } from '../cause.ts';
import { endsAtOnce, leftOut, programCrashed, programEnded } from './process-end.ts';

const closedUnanswered: Cause = {
  id: 'closed-without-answer',
  title: 'The application closes the connection without an answer',
  seen: '502 (nginx, Caddy), 500 (Apache, lighttpd), 503 (h2o, mod_proxy_fcgi)',
  lines: [
    {
      where: 'nginx',
      line: 'upstream prematurely closed connection while reading response header from upstream',
    },
    {
      where: 'nginx',
      line: 'recv() failed (…) while reading response header from upstream',
    },
    { where: 'lighttpd', line: 'unexpected end-of-file (perhaps the fastcgi process died)' },
    { where: 'lighttpd', line: 'response not received, request sent: … on socket …, closing connection' },
    { where: 'mod_fcgid', line: 'error reading data, FastCGI server closed connection' },
    { where: 'mod_fcgid', line: 'mod_fcgid: error reading data from FastCGI server' },
    { where: 'Apache', line: 'End of script output before headers' },
    { where: 'Apache', line: 'Premature end of script headers' },
    { where: 'mod_proxy_fcgi', line: 'AH01067: Failed to read FastCGI header' },
    { where: 'mod_proxy_fcgi', line: 'AH01075: Error dispatching request to …' },
    { where: 'mod_fastcgi', line: 'FastCGI: incomplete headers (… bytes) received from server "…"' },
    { where: 'mod_fastcgi', line: 'comm with server "…" aborted: …' },
    { where: 'Caddy', line: '"msg":"EOF"' },
    { where: 'Caddy', line: 'http.log.error…\tEOF\t' },
    { where: 'Caddy', line: '"msg":"read unix …: read: connection reset by peer"' },
    { where: 'Caddy', line: '"msg":"read tcp …: read: connection reset by peer"' },
    { where: 'Caddy', line: '"msg":"unexpected EOF"' },
    { where: 'lighttpd', line: 'response not received, request not sent…' },
    { where: 'lighttpd', line: "gw: got a FDEVENT_ERR. Don't know why." },
    { where: 'mod_fcgid', line: 'mod_fcgid: error polling unix domain socket' },
    { where: 'php-fpm', line: 'Connection disallowed: IP address …' },
    { where: 'h2o', line: 'fastcgi connection closed unexpectedly' },
    { where: 'HAProxy', line: ' SH-- ' },
  ],
  why: 'The web server reached the application and got no complete head of an answer. It ended or crashed over the request, or it does not want this web server (FCGI_WEB_SERVER_ADDRS, allow, listen.allowed_clients). “Premature end of script headers” means just this.',
  remedy: ({ program }) => [
    `Let the doctor run the program: fcgi doctor ${program}. Its own messages are in the error log, or where its process manager writes them.`,
    'If the application has a list of web servers that may connect, look whether this one is in it.',
  ],
  evidence: ({ answer }) =>
    answer?.error?.code === 'FCGI_CONNECTION_CLOSED' ? [`${answer.address}: ${answer.error.message}`] : [],
};

const notReached: Cause = {
  id: 'not-reached',
  title: 'The web server does not reach the application',
  seen: '503 (Apache, lighttpd, h2o, HAProxy), 502 (nginx, Caddy)',
  lines: [
    { where: 'lighttpd', line: 'all handlers for … on … are down.' },
    { where: 'mod_proxy_fcgi', line: 'AH00957: FCGI: attempt to connect to … failed' },
    { where: 'mod_proxy_fcgi', line: 'AH01079: failed to make connection to backend' },
    { where: 'h2o', line: 'connection failed:failed to connect to host' },
    { where: 'HAProxy', line: ' SC-- ' },
    { where: 'HAProxy', line: ' sC-- ' },
    { where: 'lighttpd', line: 'establishing connection failed: …' },
    { where: 'h2o', line: 'connection failed:…' },
    { where: 'mod_proxy_fcgi', line: 'AH02454: FCGI: attempt to connect to Unix domain socket … failed' },
    { where: 'mod_proxy_fcgi', line: 'AH00956: FCGI: failed to bind socket to local address' },
    { where: 'Cherokee', line: 'The information source is being disabled.' },
  ],
  why: 'It cannot connect. This line does not say why: the application may not run, listen elsewhere, or not let the web server in.',
  remedy: ({ address }) => [
    `Let the doctor try it, as root so that it can look as the web server does: sudo fcgi doctor ${address}`,
  ],
  evidence: () => [],
};

const requestFailed: Cause = {
  id: 'request-failed',
  title: 'The request failed',
  seen: 'depends on the web server; mostly 502 or 500',
  lines: [],
  why: 'Something else is wrong with the answer; the message says what.',
  remedy: ({ address }) => [`fcgi request ${address} / -v shows every record that passes.`],
  evidence: ({ answer }) =>
    answer?.error === undefined ? [] : [`${answer.address}: ${answer.error.code}: ${answer.error.message}`],
};

/**
 * What is worth telling only where nothing tells more. An application that ends over its requests is soon not reached
 * either.
 */
export const webServerLog: CauseFamily = {
  title: 'The application ends without an answer',
  reports: 'rest',
  causes: [endsAtOnce, programCrashed, programEnded, closedUnanswered, notReached, leftOut, requestFailed],
};
