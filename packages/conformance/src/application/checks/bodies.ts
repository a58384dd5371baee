import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { begin, pairBytes, type RecordFields, record, wholeStream } from '../../wire/records.ts';
import { type ApplicationSession, KEEP } from '../session.ts';

const { Params, Stdin } = RecordType;
/** The id of requests that are hidden in bodies: whatever has it, was executed. */
const HIDDEN_ID = 7;
/** A longer CONTENT_LENGTH is one that is too large. */
const LONGEST_START = 100;

/** A body that is a whole request. */
function hiddenRequest(session: ApplicationSession): Buffer {
  return session.request(HIDDEN_ID, { flags: KEEP, target: '/hidden' });
}

/** How a body is sent that is longer than the application is to read. */
interface Smuggling {
  readonly contentLength: string | undefined;
  readonly fields?: RecordFields;
  readonly method?: string;
  /** Bytes of content in each STDIN record. */
  readonly size?: number;
}

/** Sends a request whose body holds another one, and expects one answer. */
function smuggles({ contentLength, fields, method = 'POST', size }: Smuggling) {
  return async (session: ApplicationSession) => {
    const read = Number.parseInt(contentLength ?? '0', 10);
    // What the application is to read, and after it what it is not.
    const start = read < LONGEST_START ? Buffer.alloc(read, 'b') : Buffer.alloc(0);
    const hidden = Buffer.concat([start, hiddenRequest(session)]);
    const wire = await session.keptWire();
    const params = { CONTENT_LENGTH: contentLength, REQUEST_METHOD: method };
    await wire.send(
      session.head(2, { body: hidden, flags: KEEP, params }),
      wholeStream(Stdin, 2, hidden, size, fields),
    );
    // Whether it is answered is for other checks; here it counts that nothing else is.
    await wire.until('', () => wire.answers(2)[0]).catch(() => undefined);
    await wire.settle();
    if (wire.state === 'open') await wire.send(session.request(3, { flags: KEEP }));
    // It may close: no answer is better than a wrong one.
    await wire.until('', () => wire.answers(3)[0]).catch(() => undefined);
    expectThat(
      wire.records.every(({ requestId }) => requestId !== HIDDEN_ID),
      'The request within the body was executed.',
    );
    expectThat(wire.answers(2).length < 2, 'The request was answered more than once.');
    wire.destroy();
    await session.stillAnswers('a body that holds a request');
  };
}

function lengthSurvived(contentLength: string | undefined, body = 'body') {
  return (session: ApplicationSession) =>
    session.survives(
      'such a CONTENT_LENGTH',
      session.request(1, { body, params: { CONTENT_LENGTH: contentLength } }),
    );
}

function lengthAnswered(contentLength: string | undefined, body = 'body') {
  return async (session: ApplicationSession) => {
    await session.exchange({ body, params: { CONTENT_LENGTH: contentLength } });
  };
}

const once = 'One answer; the request within the body is not executed.';
const unread = 'an unread body parsed as records (CVE-2026-129289)';
const next = 'The next connection is served.';

export const bodies = checkGroup<ApplicationSession>(
  { group: 'bodies', needs: 'nothing', subject: 'application' },
  [
    [
      320,
      'must',
      'RFC 3875 §4.1.2',
      'A request without CONTENT_LENGTH and body is answered',
      'END_REQUEST.',
      async (session) => {
        await session.exchange({ params: { CONTENT_LENGTH: undefined, REQUEST_METHOD: 'POST' } });
      },
    ],
    [
      321,
      'must',
      'RFC 3875 §4.1.2',
      'An empty CONTENT_LENGTH is no body',
      'END_REQUEST.',
      lengthAnswered('', ''),
    ],
    [
      322,
      'must',
      'FastCGI 1.0 §6.2',
      'A body that ends before CONTENT_LENGTH is answered',
      'END_REQUEST: the end of STDIN is seen.',
      lengthAnswered('1000'),
    ],
    [
      323,
      'must',
      'RFC 3875 §4.2',
      'A body beyond CONTENT_LENGTH is answered',
      'END_REQUEST.',
      lengthAnswered('2', 'b'.repeat(5_000)),
    ],
    [324, 'hardening', 'CONTENT_LENGTH', 'CONTENT_LENGTH -1 does no harm', next, lengthSurvived('-1')],
    [
      325,
      'hardening',
      'CONTENT_LENGTH',
      'A CONTENT_LENGTH that is no number does no harm',
      next,
      lengthSurvived('abc'),
    ],
    [
      326,
      'hardening',
      'CONTENT_LENGTH',
      'A CONTENT_LENGTH of 30 digits does no harm',
      next,
      lengthSurvived('9'.repeat(30)),
    ],
    [
      327,
      'hardening',
      'CONTENT_LENGTH',
      'A CONTENT_LENGTH of 2^31 does no harm',
      next,
      lengthSurvived('2147483648'),
    ],
    [
      328,
      'hardening',
      'CONTENT_LENGTH',
      'A CONTENT_LENGTH of 2^64 + 4 does no harm',
      next,
      lengthSurvived('18446744073709551620'),
    ],
    [
      329,
      'hardening',
      'desynchronisation',
      'A request within a body, CONTENT_LENGTH right',
      once,
      async (session) => smuggles({ contentLength: String(hiddenRequest(session).length) })(session),
    ],
    [
      330,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH too small, one record',
      once,
      smuggles({ contentLength: '1' }),
    ],
    [
      331,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH 0',
      once,
      smuggles({ contentLength: '0' }),
    ],
    [
      332,
      'hardening',
      unread,
      'A request within a body, no CONTENT_LENGTH',
      once,
      smuggles({ contentLength: undefined }),
    ],
    [
      333,
      'hardening',
      unread,
      'A request within a body of several records',
      once,
      smuggles({ contentLength: '3', size: 100 }),
    ],
    [
      334,
      'hardening',
      unread,
      'A request within a body of one byte a record',
      once,
      smuggles({ contentLength: '8', size: 1 }),
    ],
    [
      335,
      'hardening',
      unread,
      'A request within a padded body',
      once,
      smuggles({ contentLength: '1', fields: { padding: 8 } }),
    ],
    [
      336,
      'hardening',
      unread,
      'A request within the body of a GET',
      once,
      smuggles({ contentLength: '1', method: 'GET' }),
    ],
    [
      337,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH with a blank',
      once,
      smuggles({ contentLength: '16 ' }),
    ],
    [
      338,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH with a sign',
      once,
      smuggles({ contentLength: '+16' }),
    ],
    [
      339,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH with letters',
      once,
      smuggles({ contentLength: '16abc' }),
    ],
    [
      340,
      'hardening',
      unread,
      'A request within a body, CONTENT_LENGTH too large',
      once,
      smuggles({ contentLength: '100000' }),
    ],
    [
      341,
      'hardening',
      'desynchronisation',
      'A request that lies across two STDIN records is not executed',
      once,
      async (session) => {
        const hidden = hiddenRequest(session);
        for (const size of [7, 8, 9, 15, 16, 17])
          await smuggles({ contentLength: '1', size: hidden.length - size })(session);
      },
    ],
    [
      342,
      'hardening',
      'desynchronisation',
      'A request within PARAMS is not executed',
      'One answer.',
      async (session) => {
        const wire = await session.keptWire();
        const params = pairBytes([
          ...session.params(),
          ['HTTP_X_HIDDEN', hiddenRequest(session).toString('latin1')],
        ]);
        await wire.send(begin(2, { flags: KEEP }), wholeStream(Params, 2, params), record(Stdin, 2));
        await wire.answer(2);
        await session.answersOn(wire, 3, 'a param that holds a request');
        expectThat(
          wire.records.every(({ requestId }) => requestId !== HIDDEN_ID),
          'The request within the params was executed.',
        );
      },
    ],
    [
      343,
      'hardening',
      'desynchronisation',
      'A request after the end of STDIN in the same record is not executed',
      'One answer.',
      async (session) => {
        const wire = await session.keptWire();
        const hidden = hiddenRequest(session);
        // Late STDIN of a request that has ended.
        await wire.send(session.request(2, { flags: KEEP }));
        await wire.answer(2);
        await wire.send(record(Stdin, 2, hidden), record(Stdin, 2));
        await session.answersOn(wire, 3, 'late STDIN that holds a request');
        expectThat(
          wire.records.every(({ requestId }) => requestId !== HIDDEN_ID),
          'The request within late STDIN was executed.',
        );
      },
    ],
  ],
);
