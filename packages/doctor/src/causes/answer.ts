import type { Cause, CauseFamily } from '../cause.ts';
import type { Exchange } from '../facts.ts';
import { stderrOf } from '../trial-words.ts';
import { failedWith, NO_ANSWER, shownBytes } from './exchange-failure.ts';
import { headerTwice, invalidHead, noStatus, tooLargeHead, truncatedHead, wrongLength } from './head.ts';

const isFastCgi = ({ firstBytes }: Exchange) => firstBytes === undefined || firstBytes.startsWith('\x01');

const speaksHttp: Cause = {
  id: 'speaks-http',
  title: 'The application speaks HTTP, not FastCGI',
  seen: NO_ANSWER,
  lines: [
    { where: 'nginx', line: 'unsupported FastCGI protocol version: 72' },
    { where: 'mod_proxy_fcgi', line: 'AH01068: Got bogus version 72' },
  ],
  why: 'It is an HTTP server. What a web server sends through fastcgi_pass and the like are FastCGI records, and they look like nonsense to it.',
  remedy: () => [
    'Start the application with fcgi run APP, or serve it with @fcgi-js/server: createServer({ responder: fromNodeListener(app) }).',
    'Or let the web server speak HTTP to it: proxy_pass (nginx), ProxyPass http:// (Apache).',
  ],
  evidence: ({ answer }) =>
    answer?.firstBytes?.startsWith('HTTP/')
      ? ['it answers a FastCGI request with HTTP', ...shownBytes(answer)]
      : [],
};

const notFastCgi: Cause = {
  id: 'not-fastcgi',
  title: 'What comes through the connection is not FastCGI',
  seen: NO_ANSWER,
  lines: [
    { where: 'nginx', line: 'unsupported FastCGI protocol version: …' },
    { where: 'mod_proxy_fcgi', line: 'AH01068: Got bogus version …' },
    { where: 'Caddy', line: 'fcgi: invalid header version' },
  ],
  why: 'Something writes text into the connection itself, where only FastCGI records may be: a program for another protocol, or output that goes to descriptor 0.',
  remedy: () => [
    'The text above shows what writes it. Output belongs on stderr (console.error), answers into the response.',
    'If another program listens at this address, correct the address.',
  ],
  evidence: (facts) =>
    facts.answer !== undefined && !isFastCgi(facts.answer)
      ? failedWith(
          facts,
          'FCGI_PROTOCOL',
          'FCGI_CONNECTION_CLOSED',
          'FCGI_FIRST_BYTE_TIMEOUT',
          'FCGI_STALL_TIMEOUT',
        )
      : [],
};

const wrongRecords: Cause = {
  id: 'wrong-records',
  title: 'The FastCGI library of the application breaks the protocol',
  seen: `${NO_ANSWER}; answers that belong to other requests`,
  lines: [
    { where: 'nginx', line: 'upstream sent unexpected FastCGI request id …' },
    { where: 'nginx', line: 'invalid FastCGI record type: …' },
    { where: 'nginx', line: 'upstream sent unexpected FastCGI record: …' },
    { where: 'mod_proxy_fcgi', line: 'AH01069: Got bogus rid …' },
    { where: 'mod_proxy_fcgi', line: 'AH01072: Got bogus record …' },
    { where: 'lighttpd', line: 'FastCGI: header.type not handled: …' },
    { where: 'h2o', line: 'received unexpected record, type: …' },
    { where: 'mod_fastcgi', line: 'protocol error: invalid …' },
    { where: 'Cherokee', line: 'Parsing error: unknown …' },
    { where: 'nginx', line: 'upstream prematurely sent response …' },
    { where: 'lighttpd', line: 'fcgi-request is already in use: …' },
  ],
  why: 'It sends records that are not allowed where they come: of another request, of an unknown kind, after the end. No setting of the web server mends that.',
  remedy: () => [
    'Bring the library up to date, or use another one; for Node: @fcgi-js/server.',
    'fcgi request ADDRESS / -v shows every record.',
  ],
  evidence: (facts) =>
    facts.answer !== undefined && isFastCgi(facts.answer)
      ? failedWith(facts, 'FCGI_PROTOCOL', 'FCGI_RECORD_UNEXPECTED', 'FCGI_REQUEST_ID_UNKNOWN')
      : [],
};

const emptyAnswer: Cause = {
  id: 'empty-answer',
  title: 'The application ends requests without an answer',
  seen: `${NO_ANSWER}, an empty page with 200 (Apache mod_proxy_fcgi), nothing at all (HAProxy)`,
  lines: [{ where: 'nginx', line: 'upstream sent unexpected FastCGI record: 3' }],
  why: 'The application ends the request before it has sent the whole head. With such an authorizer, lighttpd lets every visitor in.',
  remedy: () => [
    'Let every path through the program end in an answer, with a status: 500 where it does not know better.',
  ],
  evidence: (facts) => failedWith(facts, 'FCGI_ANSWER_MISSING'),
};

const rejected: Cause = {
  id: 'request-rejected',
  title: 'The application refuses requests',
  seen: NO_ANSWER,
  lines: [],
  why: 'It says that it has no room for another request, or that it does not answer requests of this kind (it may be an authorizer or a filter only).',
  remedy: () => [
    'Overloaded: more processes (fcgi run --workers auto APP), or a higher limit.',
    'Unknown role: give the application a responder, or ask it as what it is.',
  ],
  evidence: (facts) => failedWith(facts, 'FCGI_REQUEST_REJECTED'),
};

const crashes: Cause = {
  id: 'crashes-on-request',
  title: 'The program crashes when a request comes',
  seen: NO_ANSWER,
  lines: [],
  why: 'It starts, takes the connection, and ends over the first request. All other requests that it served are lost, too.',
  remedy: () => [
    'Read what it said last (above), and mend that. @fcgi-js/server answers 500 and goes on where a handler throws.',
  ],
  evidence: (facts) => {
    const ended = facts.start?.trial.ended;
    return ended === undefined || facts.answer?.error === undefined
      ? []
      : [`it ${ended} over the request`, ...stderrOf(facts.answer, facts.start?.trial)];
  },
};

const neverAnswers: Cause = {
  id: 'never-answers',
  title: 'The application takes the request and does not answer',
  seen: '504 (nginx, Caddy, HAProxy), 500 or 503 (Apache), after a minute or so',
  lines: [
    {
      where: 'nginx',
      line: 'upstream timed out (…) while reading response header from upstream',
    },
    { where: 'mod_fcgid', line: 'mod_fcgid: read data timeout in … seconds' },
    {
      where: 'mod_proxy_fcgi',
      line: '(70007)The timeout specified has expired: … AH01075: Error dispatching request to',
    },
    { where: 'mod_fcgid', line: 'took longer than busy timeout …' },
    { where: 'mod_proxy_fcgi', line: '(70007)The timeout specified has expired: …AH01067: …' },
    { where: 'lighttpd', line: 'read timeout on socket: …' },
    { where: 'php-fpm', line: 'executing too slow (… sec)' },
    { where: 'Caddy', line: '"context deadline exceeded"' },
    { where: 'h2o', line: 'fastcgi…I/O timeout' },
    { where: 'h2o', line: 'in request:…:I/O timeout' },
    { where: 'HAProxy', line: ' sH-- ' },
  ],
  why: 'It waits for something that does not come: a database, another server, the end of an upload; or a handler forgets to end its response.',
  remedy: () => [
    'Find what it waits for: look for a path through the handler on which nothing is sent, and give every wait a time-out.',
    'Does it need longer than that? Then look again with fcgi doctor --timeout 120, and raise the time-out of the web server.',
  ],
  evidence: (facts) =>
    failedWith(facts, 'FCGI_FIRST_BYTE_TIMEOUT', 'FCGI_STALL_TIMEOUT', 'FCGI_TOTAL_TIMEOUT'),
};

const serverError: Cause = {
  id: 'server-error',
  title: 'The application itself answers with an error',
  seen: 'the status that it gives: 500, 503, …',
  lines: [
    { where: 'nginx', line: 'FastCGI sent in stderr: "…Error: …"' },
    { where: 'lighttpd', line: 'FastCGI-stderr:…Error: …' },
    { where: 'mod_fcgid', line: 'mod_fcgid: stderr: …Error: …' },
    { where: 'nginx', line: 'FastCGI sent in stderr: "…' },
    { where: 'lighttpd', line: 'FastCGI-stderr:…' },
    { where: 'mod_fcgid', line: 'mod_fcgid: stderr: …rror…' },
    { where: 'mod_proxy_fcgi', line: "AH01071: Got error '…" },
    { where: 'Caddy', line: 'http.reverse_proxy.transport.fastcgi…stderr…' },
    { where: 'php-fpm', line: 'PHP Fatal error: …' },
    { where: 'php-fpm', line: 'PHP Parse error: …' },
    { where: 'mod_proxy_fcgi', line: "AH01071: Got error '…Error: …'" },
    { where: 'h2o', line: 'in request:…Error: …' },
  ],
  why: 'Web server and FastCGI work: the request arrives, and the program fails while it answers.',
  remedy: () => ['Read what it said (above, and in the error log of the web server), and mend the program.'],
  evidence: ({ answer, start }) =>
    answer?.status !== undefined && answer.status >= 500
      ? [`it answers with status ${answer.status}`, ...stderrOf(answer, start?.trial)]
      : [],
};

const keepsOpen: Cause = {
  id: 'keeps-connection-open',
  title: 'The application does not close the connection after the answer',
  seen: 'pages that load for ever, then 504 (nginx)',
  lines: [],
  why: 'The web server asks for that (a request without FCGI_KEEP_CONN), and nginx hands the answer on only when the connection is closed.',
  remedy: () => [
    'Bring the FastCGI library of the application up to date.',
    'nginx: fastcgi_keep_conn on; with a keepalive in the upstream block avoids it.',
  ],
  evidence: ({ answer }) =>
    answer?.closes === false ? ['the connection stays open after the end of the request'] : [],
};

/** What can be wrong about an answer. */
export const answer: CauseFamily = {
  title: 'The application is reached, but its answer is no good',
  reports: 'first',
  causes: [
    speaksHttp,
    emptyAnswer,
    wrongRecords,
    notFastCgi,
    crashes,
    invalidHead,
    truncatedHead,
    rejected,
    neverAnswers,
    tooLargeHead,
    serverError,
    wrongLength,
    headerTwice,
    noStatus,
    keepsOpen,
  ],
};
