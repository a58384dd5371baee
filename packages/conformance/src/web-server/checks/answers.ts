import { checkGroup, expectThat } from '../../check.ts';
import type { HttpResponse } from '../http-exchange.ts';
import { whenWhole } from '../scripted-application.ts';
import { PLAIN, type WebServerSession } from '../session.ts';
import { expectPlain } from './expect-plain.ts';

const TEXT = 'Content-Type: text/plain\r\n';
const source = 'FastCGI 1.0 §3.3';

function valuesOf({ fields }: HttpResponse, name: string): string[] {
  return fields.flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []));
}

/** An answer with this head reaches the client with this status. */
function head(lines: string, status: number) {
  return async (session: WebServerSession) => {
    const response = await session.answered(`${lines}\r\nplain`);
    expectThat(response.status === status, `The client got status ${response.status}.`);
  };
}

function bodiless(answer: string, status: number, method = 'GET') {
  return async (session: WebServerSession) => {
    session.application.reset(whenWhole((exchange) => exchange.answer(answer)));
    const connection = session.connect();
    connection.send(session.request({ method }));
    const response = await connection.read(method === 'HEAD');
    expectThat(response.status === status, `The client got status ${response.status}.`);
    const surplus = await connection.surplus();
    expectThat(surplus.length === 0, `${surplus.length} bytes follow the head.`);
  };
}

export const answers = checkGroup<WebServerSession>(
  { group: 'web server: answers', needs: 'nothing', subject: 'web-server' },
  [
    [
      560,
      'must',
      'RFC 3875 §6.2.1',
      'A document response reaches the client',
      'Status 200, the same body.',
      async (session) => expectPlain(await session.answered(PLAIN)),
    ],
    [561, 'must', 'RFC 3875 §6.3.3', 'Without Status it is 200', 'Status 200.', head(TEXT, 200)],
    [
      562,
      'must',
      'RFC 3875 §6.3.3',
      'Status 404',
      'That status.',
      head(`Status: 404 Not Found\r\n${TEXT}`, 404),
    ],
    [
      563,
      'must',
      'RFC 3875 §6.3.3',
      'A status without a reason: 503',
      'That status.',
      head(`Status: 503\r\n${TEXT}`, 503),
    ],
    [
      564,
      'must',
      'RFC 3875 §6.3.3',
      'A status that few know: 418',
      'That status.',
      head(`Status: 418 Teapot\r\n${TEXT}`, 418),
    ],
    [
      565,
      'must',
      'RFC 3875 §6.2.3',
      'Location with a URL alone is a redirect',
      'Status 302.',
      head('Location: http://localhost/elsewhere\r\n', 302),
    ],
    [
      566,
      'must',
      'RFC 3875 §6.2.4',
      'Location and Status 303',
      'Status 303.',
      head(`Location: http://localhost/elsewhere\r\nStatus: 303 See Other\r\n${TEXT}`, 303),
    ],
    [
      567,
      'must',
      'RFC 3875 §6.3',
      'The order of fields means nothing: Status 201 before Location',
      'Status 201.',
      head(`Status: 201 Created\r\nLocation: http://localhost/new\r\n${TEXT}`, 201),
    ],
    [
      568,
      'must',
      'RFC 3875 §6.2',
      'Lines of the head may end with LF',
      'Status 202.',
      async (session) => {
        const { status } = await session.answered('Status: 202 Accepted\nContent-Type: text/plain\n\nplain');
        expectThat(status === 202, `The client got status ${status}.`);
      },
    ],
    [
      569,
      'must',
      'RFC 3875 §6.3.1',
      'Content-Type reaches the client',
      'text/x-probe.',
      async (session) => {
        const [type] = valuesOf(
          await session.answered('Content-Type: text/x-probe\r\n\r\nplain'),
          'content-type',
        );
        expectThat(type?.startsWith('text/x-probe') === true, `It is ${JSON.stringify(type)}.`);
      },
    ],
    [
      570,
      'must',
      'RFC 3875 §6.3.4',
      'Other fields reach the client',
      'X-Probe: value.',
      async (session) => {
        const values = valuesOf(await session.answered(`X-Probe: value\r\n${TEXT}\r\nplain`), 'x-probe');
        expectThat(values[0] === 'value', 'X-Probe is absent or another value.');
      },
    ],
    [
      571,
      'must',
      'RFC 6265 §3',
      'Two cookies are two fields',
      'Set-Cookie twice.',
      async (session) => {
        const response = await session.answered(`Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n${TEXT}\r\nplain`);
        expectThat(
          valuesOf(response, 'set-cookie').length === 2,
          `There are ${valuesOf(response, 'set-cookie').length}.`,
        );
      },
    ],
    [
      572,
      'must',
      'RFC 9110 §8.6',
      'Content-Length of the application is right for the client',
      'The whole body.',
      async (session) => expectPlain(await session.answered(`Content-Length: 5\r\n${TEXT}\r\nplain`)),
    ],
    [
      573,
      'must',
      'RFC 9110 §9.3.2',
      'A response to HEAD has no body',
      'The head alone.',
      bodiless(PLAIN, 200, 'HEAD'),
    ],
    [
      574,
      'must',
      'RFC 9110 §15.3.5',
      'Status 204 has no body',
      'The head alone.',
      bodiless('Status: 204 No Content\r\n\r\nbody', 204),
    ],
    [
      575,
      'must',
      'RFC 9110 §15.4.5',
      'Status 304 has no body',
      'The head alone.',
      bodiless('Status: 304 Not Modified\r\n\r\nbody', 304),
    ],
    [
      576,
      'must',
      source,
      'An empty body',
      'Status 200, no byte.',
      async (session) => expectPlain(await session.answered(`Status: 200 OK\r\n${TEXT}\r\n`), ''),
    ],
  ],
);
