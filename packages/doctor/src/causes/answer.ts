import type { Cause, CauseFamily } from '../cause.ts';
import type { Exchange, Facts } from '../facts.ts';
import { stderrOf } from '../trial-words.ts';

const NO_ANSWER = '502 (nginx, Caddy), 500 (Apache, lighttpd), 503 (h2o)';

/** Evidence for an error with one of these codes. */
function failedWith({ answer, start }: Facts, ...codes: string[]): string[] {
  const { error } = answer ?? {};
  if (answer === undefined || error === undefined || !codes.includes(error.code)) return [];
  const { start: output } = answer;
  return [
    error.message,
    ...(output === undefined ? [] : [`the output starts with ${output}`]),
    ...shownBytes(answer),
    ...stderrOf(answer, start?.trial),
  ];
}

function shownBytes({ firstBytes }: Exchange): string[] {
  return firstBytes === undefined ? [] : [`it begins with: ${firstBytes.slice(0, 80)}`];
}

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
    'Look at the text above: it tells who writes it. Output belongs on stderr (console.error), answers into the response.',
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
  ],
  why: 'It sends records that are not allowed where they come: of another request, of an unknown kind, after the end. No setting of the web server mends that.',
  remedy: () => [
    'Bring the library up to date, or use another one; for Node: @fcgi-js/server.',
    'fcgi request ADDRESS / -v shows every record.',
  ],
  evidence: (facts) =>
    facts.answer !== undefined && isFastCgi(facts.answer)
      ? failedWith(facts, 'FCGI_PROTOCOL', 'FCGI_UNEXPECTED_RECORD', 'FCGI_UNKNOWN_REQUEST_ID')
      : [],
};

const emptyAnswer: Cause = {
  id: 'empty-answer',
  title: 'The application ends requests without an answer',
  seen: `${NO_ANSWER}, an empty page with 200 (Apache mod_proxy_fcgi), nothing at all (HAProxy)`,
  lines: [{ where: 'nginx', line: 'upstream sent unexpected FastCGI record: 3' }],
  why: 'It says that the request is over before it has sent a head, or the whole of it. As an authorizer behind lighttpd this even lets everybody in.',
  remedy: () => [
    'Let every path through the program end in an answer, with a status: 500 where it does not know better.',
  ],
  evidence: (facts) => failedWith(facts, 'FCGI_NO_ANSWER'),
};

const invalidHead: Cause = {
  id: 'head-invalid',
  title: 'Something is printed into the answer before its head',
  seen: NO_ANSWER,
  lines: [
    { where: 'nginx', line: 'upstream sent invalid header…' },
    { where: 'nginx', line: 'upstream sent invalid status …' },
    { where: 'Apache', line: "malformed header from script '…': Bad header: …" },
    { where: 'Apache', line: 'Invalid status line from script' },
    { where: 'Apache', line: 'AH02429: Response header name …contains invalid characters' },
    { where: 'h2o', line: 'received broken response' },
    { where: 'h2o', line: 'failed to parse Status header, got: …' },
    { where: 'HAProxy', line: ' PH-- ' },
    { where: 'Caddy', line: 'malformed MIME header…' },
    { where: 'mod_fastcgi', line: 'error parsing headers: malformed header …' },
  ],
  why: 'An answer begins with lines such as “Content-Type: text/html”, then an empty line, then the page. A line that is none of these, such as a message for debugging, a warning, or “HTTP/1.1 200 OK”, makes the whole answer worthless.',
  remedy: () => [
    'Print messages to stderr (console.error, error_log), never to stdout.',
    'Use the response object of your framework for the head; do not write “HTTP/1.1 …” lines.',
  ],
  evidence: (facts) =>
    failedWith(
      facts,
      'FCGI_HEAD_INVALID_LINE',
      'FCGI_HEAD_INVALID_STATUS',
      'FCGI_HEAD_INVALID_VALUE',
      'FCGI_HEAD_FOLDED_LINE',
      'FCGI_HEAD_DUPLICATE_FIELD',
    ),
};

const truncatedHead: Cause = {
  id: 'head-truncated',
  title: 'The answer ends before its head is complete',
  seen: `${NO_ANSWER}, 200 with the head as the page (Apache mod_proxy_fcgi); HAProxy 2.6 dies of it`,
  lines: [
    {
      where: 'nginx',
      line: 'upstream prematurely closed FastCGI stdout while reading response header from upstream',
    },
    { where: 'h2o', line: 'received FCGI_END_REQUEST before end of the headers' },
  ],
  why: 'The empty line between head and page is missing, or the program ended while it wrote the head.',
  remedy: () => ['Write an empty line after the last line of the head, also where there is no page.'],
  evidence: (facts) => failedWith(facts, 'FCGI_HEAD_TRUNCATED'),
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
      line: 'upstream timed out (110: Connection timed out) while reading response header from upstream',
    },
    { where: 'mod_fcgid', line: 'mod_fcgid: read data timeout in … seconds' },
    {
      where: 'mod_proxy_fcgi',
      line: '(70007)The timeout specified has expired: … AH01075: Error dispatching request to',
    },
    { where: 'lighttpd', line: 'read timeout on socket: …' },
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

/** nginx has one page of memory for the head unless it is told otherwise. */
const NGINX_HEAD = 4_096;

const tooLargeHead: Cause = {
  id: 'head-too-large',
  title: 'The head of the answer is too large for the web server',
  seen: '502 (nginx above 4 KB, HAProxy above 16 KB)',
  lines: [
    { where: 'nginx', line: 'upstream sent too big header while reading response header from upstream' },
  ],
  why: 'Cookies and debugging headers (ChromePHP, tokens) add up. A web server takes a head of a certain size and no more.',
  remedy: () => [
    'nginx: fastcgi_buffer_size 16k; fastcgi_buffers 16 16k;',
    'Send less: keep the session on the server, and no debugging data in headers.',
  ],
  evidence: ({ answer, configuration }) => {
    const limit = configuration === undefined ? NGINX_HEAD : configuration.headLimit;
    if (answer?.error?.code === 'FCGI_HEAD_TOO_LARGE') return [answer.error.message];
    if (answer?.headBytes === undefined || answer.headBytes <= limit) return [];
    return [`the head has ${answer.headBytes} bytes, and ${limit} are allowed`];
  },
};

const serverError: Cause = {
  id: 'server-error',
  title: 'The application itself answers with an error',
  seen: 'the status that it gives: 500, 503, …',
  lines: [
    { where: 'nginx', line: 'FastCGI sent in stderr: "…Error: …"' },
    { where: 'lighttpd', line: 'FastCGI-stderr:…Error: …' },
    { where: 'mod_fcgid', line: 'mod_fcgid: stderr: …Error: …' },
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

const wrongLength: Cause = {
  id: 'length-wrong',
  title: 'The answer has another length than it says',
  seen: 'pages that are cut off or never end loading; 502 (HAProxy)',
  lines: [
    { where: 'nginx', line: 'upstream sent more data than specified in "Content-Length" header' },
    { where: 'Caddy', line: 'wrote more than the declared Content-Length' },
  ],
  why: 'Content-Length counts bytes. Letters such as ä or € are several, so text.length is too small; compression or a later change of the text makes another length, too.',
  remedy: () => ['Count bytes: Buffer.byteLength(text). Or leave Content-Length out.'],
  evidence: ({ answer }) => {
    const { contentLength, bodyLength } = answer ?? {};
    if (contentLength === undefined || bodyLength === undefined || contentLength === bodyLength) return [];
    return [`Content-Length is ${contentLength}, the page has ${bodyLength} bytes`];
  },
};

const noStatus: Cause = {
  id: 'location-without-status',
  title: 'A redirect has no status',
  seen: '200 with an empty page (Apache mod_proxy_fcgi, Caddy, h2o), 500 after a loop (Apache mod_fcgid)',
  lines: [{ where: 'Apache', line: 'AH00124: Request exceeded the limit of 10 internal redirects' }],
  why: 'The application sends “Location:” without “Status:”. nginx makes a 302 of that; others take it for a page that is fine, or fetch the other page themselves, again and again. A RewriteRule that matches its own result does the same.',
  remedy: () => [
    'Send “Status: 302” with it, after the line “Location:”. @fcgi-js/server always does.',
    'A RewriteRule in .htaccess: end it with the flag [END].',
  ],
  evidence: ({ answer }) =>
    answer?.hasLocation && answer.hasStatus === false ? ['the head has Location and no Status'] : [],
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
    noStatus,
    keepsOpen,
  ],
};
