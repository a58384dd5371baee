import type { Cause } from '../cause.ts';
import { failedWith, NO_ANSWER } from './exchange-failure.ts';

export const invalidHead: Cause = {
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
    { where: 'mod_proxy_fcgi', line: 'AH01070: Error parsing script headers' },
    { where: 'nginx', line: 'invalid header after joining FastCGI records' },
    { where: 'lighttpd', line: 'invalid HTTP status line: …' },
    { where: 'lighttpd', line: 'HTTP backend response missing CR before LF' },
    { where: 'Caddy', line: 'malformed HTTP status…' },
    { where: 'Apache', line: 'AH02430: Response header …contains invalid characters' },
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
      'FCGI_HEAD_LINE_INVALID',
      'FCGI_HEAD_STATUS_INVALID',
      'FCGI_HEAD_VALUE_INVALID',
      'FCGI_HEAD_LINE_FOLDED',
      'FCGI_HEAD_FIELD_DUPLICATE',
    ),
};

export const truncatedHead: Cause = {
  id: 'head-truncated',
  title: 'The answer ends before its head is complete',
  seen: `${NO_ANSWER}, 200 with the head as the page (Apache mod_proxy_fcgi); HAProxy 2.6 dies of it`,
  lines: [
    {
      where: 'nginx',
      line: 'upstream prematurely closed FastCGI stdout while reading response header from upstream',
    },
    { where: 'nginx', line: 'upstream prematurely closed FastCGI stdout' },
    { where: 'h2o', line: 'received FCGI_END_REQUEST before end of the headers' },
  ],
  why: 'The empty line between head and page is missing, or the program ended while it wrote the head.',
  remedy: () => ['Write an empty line after the last line of the head, also where there is no page.'],
  evidence: (facts) => failedWith(facts, 'FCGI_HEAD_TRUNCATED'),
};

/** nginx has one page of memory for the head by default. */
const NGINX_HEAD = 4_096;

export const tooLargeHead: Cause = {
  id: 'head-too-large',
  title: 'The head of the answer is too large for the web server',
  seen: '502 (nginx above 4 KB, HAProxy above 16 KB)',
  lines: [
    { where: 'nginx', line: 'upstream sent too big header while reading response header from upstream' },
    { where: 'mod_fcgid', line: 'mod_fcgid: header overflow' },
    { where: 'lighttpd', line: 'response headers too large for …' },
    { where: 'nginx', line: 'fastcgi_buffer_size … is not enough for cache key, …' },
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

export const wrongLength: Cause = {
  id: 'length-wrong',
  title: 'The answer has another length than it says',
  seen: 'pages that are cut off or never end loading; 502 (HAProxy)',
  lines: [
    { where: 'nginx', line: 'upstream sent more data than specified in "Content-Length" header' },
    { where: 'Caddy', line: 'wrote more than the declared Content-Length' },
    { where: 'nginx', line: 'upstream sent invalid "Content-Length" header: …' },
    { where: 'h2o', line: 'failed to parse content-length header sent from fcgi: …' },
  ],
  why: 'Content-Length counts bytes. Letters such as ä or € are several, so text.length is too small; compression or a later change of the text makes another length, too.',
  remedy: () => ['Count bytes: Buffer.byteLength(text). Or leave Content-Length out.'],
  evidence: ({ answer }) => {
    const { contentLength, bodyLength } = answer ?? {};
    if (contentLength === undefined || bodyLength === undefined || contentLength === bodyLength) return [];
    return [`Content-Length is ${contentLength}, the page has ${bodyLength} bytes`];
  },
};

export const headerTwice: Cause = {
  id: 'header-twice',
  title: 'The answer has a header field twice that may be there once',
  seen: '502 (nginx since 1.23, h2o)',
  lines: [
    { where: 'nginx', line: 'upstream sent duplicate header line: "…' },
    {
      where: 'nginx',
      line: 'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
    },
    { where: 'nginx', line: 'upstream sent unknown "Transfer-Encoding": …' },
    { where: 'h2o', line: 'received multiple content-length headers from fcgi' },
  ],
  why: 'Content-Length, Transfer-Encoding and Status must not be there twice, nor a length beside Transfer-Encoding: programs that read the answer could differ about where it ends. Often the framework sets the one and the handler the other.',
  remedy: () => [
    'Set the field in one place. Leave Transfer-Encoding and Connection out: they belong to the web server.',
  ],
  evidence: () => [],
};

export const noStatus: Cause = {
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
