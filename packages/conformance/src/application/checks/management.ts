import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, fail } from '../../check.ts';
import { type Pair, pairBytes, readPairs, record } from '../../wire/records.ts';
import type { Wire } from '../../wire/wire.ts';
import { type ApplicationSession, KEEP } from '../session.ts';

const { EndRequest, GetValues, GetValuesResult, Stdin, Stdout, UnknownType } = RecordType;
const STANDARD = ['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS'] as const;

function question(
  names: readonly string[],
  { form, isPadded = true }: { form?: 4; isPadded?: boolean } = {},
): Buffer {
  const content = pairBytes(
    names.map((name) => [name, '']),
    form,
  );
  return record(GetValues, 0, content, { padding: isPadded ? -content.length & 7 : 0 });
}

async function resultOn(wire: Wire): Promise<readonly Pair[]> {
  const result = await wire.nextRecord('GET_VALUES was not answered', ({ type }) => type === GetValuesResult);
  expectThat(result.requestId === 0, `GET_VALUES_RESULT has the id ${result.requestId}, not 0.`);
  return readPairs(Buffer.from(result.content)) ?? fail('GET_VALUES_RESULT does not hold name-value pairs.');
}

/** What the application says about the names, on a connection of its own. */
async function valuesFor(
  session: ApplicationSession,
  ...of: Parameters<typeof question>
): Promise<readonly Pair[]> {
  const wire = await session.connect();
  await wire.send(question(...of));
  const pairs = await resultOn(wire);
  wire.destroy();
  return pairs;
}

function expectNames(pairs: readonly Pair[], asked: readonly string[]): void {
  const stray = pairs.find(([name]) => !asked.includes(name));
  expectThat(stray === undefined, `GET_VALUES_RESULT has ${stray?.[0]}, which was not asked for.`);
}

function unknownTypeAnswered(type: number, content: Uint8Array | string = '') {
  return async (session: ApplicationSession) => {
    const wire = await session.connect();
    await wire.send(record(type, 0, content));
    const reply = await wire.nextRecord(`Type ${type} was not answered`, (each) => each.type === UnknownType);
    expectThat(reply.requestId === 0, `UNKNOWN_TYPE has the id ${reply.requestId}, not 0.`);
    expectThat(
      reply.content.length === 8,
      `The content of UNKNOWN_TYPE has ${reply.content.length} bytes, not 8.`,
    );
    expectThat(reply.content[0] === type, `UNKNOWN_TYPE names type ${reply.content[0]}, not ${type}.`);
  };
}

function survived(after: string, bytes: Uint8Array) {
  return (session: ApplicationSession) => session.survives(after, bytes);
}

const next = 'The next connection is served.';
const answered = 'The request after it on the same connection is answered.';

export const management = checkGroup<ApplicationSession>(
  { group: 'management', needs: 'nothing', subject: 'application' },
  [
    [
      270,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES is answered',
      'GET_VALUES_RESULT with the id 0.',
      async (session) => expectNames(await valuesFor(session, STANDARD), STANDARD),
    ],
    [
      271,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES without padding is answered, with no byte after it',
      'GET_VALUES_RESULT.',
      async (session) => {
        await valuesFor(session, ['FCGI_MAX_REQS'], { isPadded: false });
      },
    ],
    [
      272,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES_RESULT has only names that were asked for',
      'FCGI_MPXS_CONNS, or nothing.',
      async (session) => expectNames(await valuesFor(session, ['FCGI_MPXS_CONNS']), ['FCGI_MPXS_CONNS']),
    ],
    [
      273,
      'must',
      'FastCGI 1.0 §4.1',
      'A name that is not known is left out',
      'A result without it.',
      async (session) => {
        const pairs = await valuesFor(session, ['FCGI_NOT_A_NAME', 'FCGI_MAX_REQS']);
        expectNames(pairs, ['FCGI_MAX_REQS']);
      },
    ],
    [
      274,
      'must',
      'FastCGI 1.0 §4.1',
      'FCGI_MAX_CONNS and FCGI_MAX_REQS are numbers',
      'Decimal digits.',
      async (session) => {
        for (const [name, value] of await valuesFor(session, STANDARD.slice(0, 2))) {
          expectThat(/^\d+$/.test(value), `${name} is not a decimal number.`);
        }
      },
    ],
    [
      275,
      'must',
      'FastCGI 1.0 §4.1',
      'FCGI_MPXS_CONNS is 0 or 1',
      '0 or 1.',
      async (session) => {
        const value = (await valuesFor(session, STANDARD)).find(([name]) => name === 'FCGI_MPXS_CONNS')?.[1];
        expectThat(value === undefined || /^[01]$/.test(value), 'FCGI_MPXS_CONNS is neither 0 nor 1.');
      },
    ],
    [
      276,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES without a name is answered',
      'An empty result.',
      async (session) => expectNames(await valuesFor(session, []), []),
    ],
    [
      277,
      'must',
      'FastCGI 1.0 §3.4, §4.1',
      'Names of GET_VALUES may have lengths of four bytes',
      'The same result.',
      async (session) => {
        const short = await valuesFor(session, STANDARD);
        const long = await valuesFor(session, STANDARD, { form: 4 });
        expectThat(long.length === short.length, `${long.length} values instead of ${short.length}.`);
      },
    ],
    [
      278,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES may come before a request',
      answered,
      async (session) => {
        const wire = await session.connect();
        await wire.send(question(STANDARD));
        await resultOn(wire);
        await session.answersOn(wire, 1, 'GET_VALUES');
      },
    ],
    [
      279,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES may come between requests',
      'A result, and the next request is answered.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(question(STANDARD));
        await resultOn(wire);
        await session.answersOn(wire, 2, 'GET_VALUES');
      },
    ],
    [
      280,
      'must',
      'FastCGI 1.0 §4.1',
      'GET_VALUES may come within a request',
      'A result, and the request is answered.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.head(1, { flags: KEEP }), question(STANDARD), record(Stdin, 1));
        await resultOn(wire);
        await wire.answer(1);
      },
    ],
    [
      281,
      'hardening',
      'names of properties',
      'Names such as __proto__ are not known',
      'A result without them.',
      async (session) => {
        const names = ['__proto__', 'constructor', 'toString', '', 'FCGI_MAX_REQS\0'];
        expectNames(await valuesFor(session, names), []);
        await session.stillAnswers('GET_VALUES of __proto__ and constructor');
      },
    ],
    [
      282,
      'must',
      'FastCGI 1.0 §4.2',
      'Management type 12 is answered with UNKNOWN_TYPE',
      '{UNKNOWN_TYPE, 0, {12}}.',
      unknownTypeAnswered(12),
    ],
    [
      283,
      'must',
      'FastCGI 1.0 §4.2',
      'Management type 99 is answered with UNKNOWN_TYPE',
      '{UNKNOWN_TYPE, 0, {99}}.',
      unknownTypeAnswered(99, 'abc'),
    ],
    [
      284,
      'must',
      'FastCGI 1.0 §4.2',
      'Management type 255 is answered with UNKNOWN_TYPE',
      '{UNKNOWN_TYPE, 0, {255}}.',
      unknownTypeAnswered(255),
    ],
    [
      285,
      'must',
      'FastCGI 1.0 §4.2',
      'A full record of an unknown management type is answered',
      '{UNKNOWN_TYPE, 0, {42}}.',
      unknownTypeAnswered(42, Buffer.alloc(65_535, 1)),
    ],
    [
      286,
      'must',
      'FastCGI 1.0 §4.2',
      'An unknown management type does not disturb the connection',
      answered,
      async (session) => {
        const wire = await session.connect();
        await wire.send(record(99, 0, 'abc'));
        await session.answersOn(wire, 1, 'an unknown management record');
      },
    ],
    [
      287,
      'must',
      'FastCGI 1.0 §4.2',
      'An unknown management type does not disturb a request',
      'The request is answered.',
      async (session) => {
        await session.exchangeBytes(Buffer.concat([session.head(1), record(99, 0, 'abc'), record(Stdin, 1)]));
      },
    ],
    [
      288,
      'hardening',
      'unknown type',
      'An unknown type with a request id does no harm',
      next,
      survived('a record of type 99 with the id 1', record(99, 1, 'abc')),
    ],
    [
      289,
      'hardening',
      'type 0',
      'Type 0 does no harm',
      next,
      survived('a record of type 0', record(0, 0, 'abc')),
    ],
    [
      290,
      'hardening',
      'wrong direction',
      'GET_VALUES_RESULT to an application does no harm',
      next,
      survived('GET_VALUES_RESULT', record(GetValuesResult, 0, pairBytes([['FCGI_MAX_REQS', '1']]))),
    ],
    [
      291,
      'hardening',
      'wrong direction',
      'END_REQUEST to an application does no harm',
      next,
      survived('END_REQUEST', record(EndRequest, 1, Buffer.alloc(8))),
    ],
    [
      292,
      'hardening',
      'wrong direction',
      'STDOUT to an application does no harm',
      next,
      survived('STDOUT', record(Stdout, 1, 'text')),
    ],
    [
      293,
      'hardening',
      'wrong direction',
      'UNKNOWN_TYPE to an application does no harm',
      next,
      survived('UNKNOWN_TYPE', record(UnknownType, 0, Buffer.alloc(8, 1))),
    ],
    [
      294,
      'hardening',
      'lengths that lie (CVE-2025-23016)',
      'GET_VALUES whose lengths lie does no harm',
      next,
      survived('GET_VALUES with lengths of 2^31 - 1', record(GetValues, 0, Buffer.alloc(8, 0xff))),
    ],
    [
      295,
      'hardening',
      'lengths that lie',
      'GET_VALUES that ends within a length does no harm',
      next,
      survived('GET_VALUES that ends within a length', record(GetValues, 0, '\x80\0')),
    ],
  ],
);
