import type { Cause, CauseFamily } from '../cause.ts';

const duringRequest: Cause = {
  id: 'closed-during-request',
  title: 'The application closes the connection while the request is being sent',
  seen: '502 (nginx, Caddy), 500 or 503 (Apache, lighttpd), mostly for uploads',
  lines: [
    { where: 'nginx', line: 'writev() failed (…) while sending request to upstream' },
    { where: 'nginx', line: 'send() failed (…) while sending request to upstream' },
    { where: 'nginx', line: 'sendfile() failed (…) while sending request to upstream' },
    { where: 'nginx', line: 'upstream prematurely closed connection while sending request to upstream' },
    { where: 'nginx', line: 'recv() failed (…) while sending request to upstream' },
    { where: 'mod_fcgid', line: 'mod_fcgid: error writing data to FastCGI server' },
    { where: 'mod_proxy_fcgi', line: 'AH01073: Failed Writing Request to …' },
    { where: 'mod_proxy_fcgi', line: 'AH01074: Failed writing Environment to …' },
    { where: 'lighttpd', line: 'connection was dropped after accept() …' },
    { where: 'lighttpd', line: 'error: unexpected close of … connection for …' },
    { where: 'lighttpd', line: '(gw_backend.c.…write failed: …' },
    { where: 'Caddy', line: 'write unix …: write: broken pipe' },
    { where: 'Caddy', line: 'write tcp …: write: broken pipe' },
    { where: 'Caddy', line: 'write: connection reset by peer' },
  ],
  why: 'It ended or crashed, or refuses an upload of this size and closes instead of reading the rest. php-fpm and others close where a limit of the body is reached.',
  remedy: ({ address }) => [
    `Try an upload of that size: fcgi request ${address} / -d @FILE -v. The log of the application, or of its process manager, says whether it ended.`,
    'Read the whole body before an answer that refuses it, or raise the limit of the application (post_max_size of PHP).',
  ],
  evidence: () => [],
};

const withinAnswer: Cause = {
  id: 'closed-within-answer',
  title: 'The application breaks off in the middle of an answer',
  seen: 'pages and downloads that are cut off; the status is the one that the application has sent',
  lines: [
    { where: 'nginx', line: 'upstream prematurely closed connection while reading upstream' },
    { where: 'nginx', line: 'upstream prematurely closed FastCGI request…' },
    { where: 'nginx', line: 'upstream prematurely closed FastCGI stdout while reading upstream' },
    { where: 'nginx', line: 'recv() failed (…) while reading upstream' },
    { where: 'nginx', line: 'readv() failed (…) while reading upstream' },
    { where: 'nginx', line: 'kevent() reported that upstream closed connection…' },
    { where: 'lighttpd', line: 'response already sent out, but backend returned error on socket: …' },
    { where: 'mod_proxy_fcgi', line: 'AH02537: Error occurred reading padding' },
    { where: 'HAProxy', line: ' SD-- ' },
    { where: 'HAProxy', line: ' PD-- ' },
    { where: 'Caddy', line: '"msg":"aborting with incomplete response"…unexpected EOF' },
    { where: 'Caddy', line: '"msg":"aborting with incomplete response"…reset by peer' },
    { where: 'Caddy', line: 'read: connection reset by peer' },
    { where: 'Caddy', line: '"unexpected EOF"' },
  ],
  why: 'The connection closed before the end of the answer: the process crashed, was killed (memory, a restart, a limit of time), or the handler failed after the head was sent.',
  remedy: () => [
    'Look in the log of the application at that second: a crash, a restart, an error in a stream.',
    'Restart without loss: fcgi run --workers with HUP lets requests end first (--stop-timeout).',
  ],
  evidence: () => [],
};

const sendingTimeout: Cause = {
  id: 'request-not-read',
  title: 'The application does not read the request fast enough',
  seen: '504 (nginx), 408, 500 or 503 (others), for uploads',
  lines: [
    { where: 'nginx', line: 'upstream timed out (…) while sending request to upstream' },
    { where: 'lighttpd', line: 'write timeout on socket: …' },
    { where: 'Caddy', line: 'write unix …: i/o timeout' },
    { where: 'Caddy', line: 'write tcp …: i/o timeout' },
    { where: 'mod_proxy_fcgi', line: '(70007)The timeout specified has expired: …AH01073: …' },
  ],
  why: 'It has taken the connection and does not read the body: the handler waits for something else first, the body is paused and never resumed, or the process is blocked by a computation.',
  remedy: () => [
    'Read or destroy every body: req.pipe(…), for await (const chunk of req), or req.resume().',
    'If the disk or the next server is that slow: fastcgi_send_timeout 300s (nginx), ProxyTimeout (Apache).',
  ],
  evidence: () => [],
};

const stalledAnswer: Cause = {
  id: 'answer-stalls',
  title: 'The application begins an answer and then sends nothing for too long',
  seen: 'pages and event streams that are cut off after a minute or so',
  lines: [
    { where: 'nginx', line: 'upstream timed out (…) while reading upstream' },
    { where: 'HAProxy', line: ' sD-- ' },
    { where: 'Caddy', line: 'read unix …: i/o timeout' },
    { where: 'Caddy', line: 'read tcp …: i/o timeout' },
    { where: 'php-fpm', line: 'execution timed out (… sec), terminating' },
  ],
  why: 'The time-out of a web server counts from one part of the answer to the next. Event streams and long computations are silent for longer than that.',
  remedy: () => [
    'Event streams: send a comment (“: \\n\\n”) every 15 s.',
    'Or raise the time-out: fastcgi_read_timeout 1h (nginx), ProxyTimeout or FcgidIOTimeout (Apache), timeout server (HAProxy), request_terminate_timeout (php-fpm).',
  ],
  evidence: () => [],
};

/** Ways in which a connection to the application is lost that was good at first. */
export const connectionLost: CauseFamily = {
  title: 'The application is reached, and the connection breaks off or stalls',
  reports: 'all',
  causes: [duringRequest, withinAnswer, sendingTimeout, stalledAnswer],
};
