import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { fieldsOf, valuesOf } from '../../wire/answer.ts';
import { type ApplicationSession, expectComplete } from '../session.ts';

const { EndRequest, Stderr, Stdout } = RecordType;

/** The records of a plain answer, read to the end of the connection. */
async function wholeConnection(session: ApplicationSession) {
  const wire = await session.connect();
  await wire.send(session.request(1));
  await wire.answer(1);
  await wire.settle();
  return wire;
}

/** Fails where the records of one stream do not end with one empty record. */
async function expectStreamEnd(session: ApplicationSession, type: number, name: string): Promise<void> {
  const { records } = await session.exchange();
  const lengths = records.filter((each) => each.type === type).map(({ content }) => content.length);
  const first = lengths.indexOf(0);
  expectThat(lengths.length === 0 || first !== -1, `The stream ${name} has no empty record at its end.`);
  expectThat(
    first === -1 || first === lengths.length - 1,
    `A record of ${name} follows the empty one that ends it.`,
  );
}

export const answers = checkGroup<ApplicationSession>(
  { group: 'answers', needs: 'nothing', subject: 'application' },
  [
    [
      101,
      'must',
      'FastCGI 1.0 §5.5',
      'A request without a body is answered',
      'END_REQUEST with the id of the request.',
      async (session) => {
        await session.exchange();
      },
    ],
    [
      102,
      'must',
      'FastCGI 1.0 §3.3',
      'All that comes is records of version 1',
      'Whole records of version 1, and nothing between them.',
      async (session) => {
        const { received } = await wholeConnection(session);
        const stray = received.find(({ kind }) => kind !== 'record');
        expectThat(stray === undefined, `At byte ${stray?.offset} there is no record of version 1.`);
      },
    ],
    [
      103,
      'must',
      'FastCGI 1.0 §3.3',
      'Every record of the answer has the id of the request',
      'Records of request 0x0102 only.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.request(0x0102));
        await wire.until('There was no END_REQUEST', () =>
          wire.records.find(({ type }) => type === EndRequest),
        );
        const stray = wire.records.find(({ requestId }) => requestId !== 0x0102);
        expectThat(stray === undefined, `A record has the id ${stray?.requestId}; the request had 258.`);
      },
    ],
    [
      104,
      'must',
      'FastCGI 1.0 §3.3, appendix A',
      'An answer is STDOUT, STDERR and END_REQUEST',
      'No record of another type.',
      async (session) => {
        const { records } = await wholeConnection(session);
        const types: readonly number[] = [Stdout, Stderr, EndRequest];
        const stray = records.find(({ type }) => !types.includes(type));
        expectThat(stray === undefined, `A record has type ${stray?.type}.`);
      },
    ],
    [
      105,
      'must',
      'FastCGI 1.0 §5.5',
      'A request ends once',
      'One END_REQUEST.',
      async (session) => {
        const { records } = await wholeConnection(session);
        const ends = records.filter(({ type }) => type === EndRequest).length;
        expectThat(ends === 1, `There are ${ends} END_REQUEST records.`);
      },
    ],
    [
      106,
      'must',
      'FastCGI 1.0 §3.3',
      'Nothing follows END_REQUEST',
      'END_REQUEST is the last record of the request.',
      async (session) => {
        const { records, received } = await wholeConnection(session);
        const end = records.findIndex(({ type }) => type === EndRequest);
        const after = received.length - 1 - end;
        expectThat(after === 0, `${after} more records or other bytes follow END_REQUEST.`);
      },
    ],
    [
      107,
      'must',
      'FastCGI 1.0 §5.5',
      'END_REQUEST has a body of 8 bytes',
      'contentLength 8.',
      async (session) => {
        const { records } = await session.exchange();
        const length = records.at(-1)?.content.length;
        expectThat(length === 8, `The content of END_REQUEST has ${length} bytes.`);
      },
    ],
    [
      108,
      'must',
      'FastCGI 1.0 §5.5',
      'A Responder request that was served is REQUEST_COMPLETE',
      'protocolStatus 0.',
      async (session) => expectComplete(await session.exchange()),
    ],
    [
      109,
      'hardening',
      'disclosure of memory (php-fpm)',
      'The reserved bytes of END_REQUEST carry no data',
      'Three zero bytes.',
      async (session) => {
        // Something long before it, of which memory could be left.
        await session.exchange({ params: { HTTP_X_LONG: 's'.repeat(2_000) } });
        const { records } = await session.exchange();
        const reserved = records.at(-1)?.content.subarray(5) ?? [];
        expectThat(
          [...reserved].every((byte) => byte === 0),
          `The reserved bytes are ${[...reserved].join(', ')}.`,
        );
      },
    ],
    [
      110,
      'hardening',
      'disclosure of memory',
      'The reserved byte of record headers carries no data',
      'A zero byte.',
      async (session) => {
        const { records } = await session.exchange();
        const stray = records.find(({ reserved }) => reserved !== 0);
        expectThat(stray === undefined, `The reserved byte of a record is ${stray?.reserved}.`);
      },
    ],
    [
      111,
      'hardening',
      'disclosure of memory',
      'Padding carries no data',
      'Padding of zero bytes, or none.',
      async (session) => {
        const { records } = await session.exchange();
        const stray = records.find(({ padding }) => padding.some((byte) => byte !== 0));
        expectThat(stray === undefined, 'The padding of a record has bytes other than zero.');
      },
    ],
    [
      112,
      'must',
      'FastCGI 1.0 §3.3, §6.2',
      'STDOUT is sent, and an empty record ends it',
      'At least one STDOUT record, the last one empty.',
      async (session) => {
        const { records } = await session.exchange();
        expectThat(
          records.some(({ type }) => type === Stdout),
          'There is no STDOUT record.',
        );
        const last = records.filter(({ type }) => type === Stdout).at(-1);
        expectThat(last?.content.length === 0, 'The last STDOUT record before END_REQUEST is not empty.');
      },
    ],
    [
      113,
      'must',
      'FastCGI 1.0 §3.3',
      'Nothing follows the end of STDOUT in that stream',
      'No STDOUT record after the empty one.',
      async (session) => {
        const { records } = await session.exchange();
        const lengths = records.filter(({ type }) => type === Stdout).map(({ content }) => content.length);
        const first = lengths.indexOf(0);
        expectThat(first === -1 || first === lengths.length - 1, 'A STDOUT record follows the empty one.');
      },
    ],
    [
      114,
      'must',
      'FastCGI 1.0 §3.3, §6.1',
      'STDERR is not sent, or an empty record ends it',
      'No STDERR record, or the last one is empty.',
      (session) => expectStreamEnd(session, Stderr, 'STDERR'),
    ],
    [
      115,
      'must',
      'RFC 3875 §6.2, §6.3',
      'STDOUT begins with a head that a blank line ends',
      'Lines of `name: value`, then a blank line.',
      async (session) => {
        const { head } = await session.exchange();
        expectThat(head !== undefined, 'No blank line ends the head.');
        const stray = head.find((line) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/.test(line));
        expectThat(stray === undefined, 'A line of the head does not begin with a name and a colon.');
      },
    ],
    [
      116,
      'must',
      'RFC 3875 §6.2',
      'The head has at least one CGI field',
      'Content-Type, Location or Status.',
      async (session) => {
        const names = fieldsOf((await session.exchange()).head ?? []).map(([name]) => name.toLowerCase());
        expectThat(
          names.some((name) => /^(content-type|location|status)$/.test(name)),
          'There is none of them.',
        );
      },
    ],
    [
      117,
      'must',
      'RFC 3875 §6.3.3',
      'A Status is three digits',
      '`Status: 200 OK`, or no such field.',
      async (session) => {
        const [status] = valuesOf(await session.exchange(), 'status');
        expectThat(
          status === undefined || /^\d{3}(?!\S)/.test(status),
          'The Status does not begin with three digits.',
        );
      },
    ],
    [
      118,
      'must',
      'RFC 3875 §6.3',
      'Each CGI field comes once',
      'Content-Type, Location and Status at most once each.',
      async (session) => {
        const answer = await session.exchange();
        for (const name of ['content-type', 'location', 'status']) {
          const count = valuesOf(answer, name).length;
          expectThat(count < 2, `${name} comes ${count} times.`);
        }
      },
    ],
    [
      119,
      'must',
      'FastCGI 1.0 §6.2, RFC 3875 §5',
      'The answer is no non-parsed header output',
      'No HTTP status line.',
      async (session) => {
        const { stdout } = await session.exchange();
        expectThat(stdout.toString('latin1', 0, 5) !== 'HTTP/', 'STDOUT begins with a status line of HTTP.');
      },
    ],
    [
      120,
      'must',
      'RFC 3875 §6.3.1',
      'A body has a Content-Type',
      'A Content-Type field where bytes follow the head.',
      async (session) => {
        const answer = await session.exchange();
        const [type] = valuesOf(answer, 'content-type');
        expectThat(answer.body.length === 0 || type !== undefined, 'There is a body and no Content-Type.');
      },
    ],
    [
      121,
      'must',
      'RFC 3875 §6.3.4',
      'No field is about the connection to the client',
      'No Connection, Keep-Alive or Transfer-Encoding.',
      async (session) => {
        const names = fieldsOf((await session.exchange()).head ?? []).map(([name]) => name.toLowerCase());
        const stray = names.find((name) => /^(connection|keep-alive|transfer-encoding)$/.test(name));
        expectThat(stray === undefined, `The head has ${stray}.`);
      },
    ],
    [
      122,
      'must',
      'FastCGI 1.0 §6.2',
      'A request with a body is answered',
      'END_REQUEST.',
      async (session) => expectComplete(await session.exchange({ body: 'a=1&b=2' })),
    ],
  ],
);
