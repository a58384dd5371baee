import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, skip } from '../../check.ts';
import { type Answer, statusOf } from '../../wire/answer.ts';
import {
  begin,
  latin1,
  lengthBytes,
  type Pair,
  pairBytes,
  record,
  streamRecords,
} from '../../wire/records.ts';
import { type ApplicationSession, KEEP, skipUnoffered } from '../session.ts';

const { Params, Stdin } = RecordType;
const form = 'FastCGI 1.0 §3.4';

function expectValue(answer: Answer, value: string, name: string): void {
  const got = answer.body.toString('latin1');
  const same = statusOf(answer) === 200 && got === value;
  expectThat(
    same,
    `${name} arrived with ${got.length} other bytes instead of ${value.length} (status ${statusOf(answer)}).`,
  );
}

/** Params as an application gets them, in the given records. */
async function valueIn(
  session: ApplicationSession,
  name: string,
  records: (bytes: Buffer) => Uint8Array,
  bytes: Buffer,
): Promise<Answer> {
  const asked = session.paramBytes({ target: `/param?${name}` });
  const all = [begin(1), records(Buffer.concat([asked, bytes])), record(Params, 1), record(Stdin, 1)];
  const answer = await session.exchangeBytes(Buffer.concat(all));
  skipUnoffered(answer, '/param');
  return answer;
}

const whole = (bytes: Buffer) => streamRecords(Params, 1, bytes);

/** One param of this name and value arrives as it was sent. */
function arrives(name: string, value: string) {
  return async (session: ApplicationSession) => {
    expectValue(await valueIn(session, name, whole, pairBytes([[name, value]])), value, name);
  };
}

/** A request for a param on a kept connection. */
async function askedOn(
  session: ApplicationSession,
  id: number,
  name: string,
  others: Readonly<Record<string, string>> = {},
) {
  const wire = await session.connect();
  await wire.send(session.request(id, { flags: KEEP, params: others, target: `/param?${name}` }));
  const answer = await wire.answer(id);
  skipUnoffered(answer, '/param');
  return { answer, wire };
}

export const probeParams = checkGroup<ApplicationSession>(
  { group: 'probe: params', needs: 'probe', subject: 'application' },
  [
    [400, 'must', form, 'A short value arrives', 'The same bytes.', arrives('PROBE_VALUE', 'short')],
    [
      401,
      'must',
      form,
      'A value of 127 bytes arrives',
      'The same bytes.',
      arrives('PROBE_VALUE', 'v'.repeat(127)),
    ],
    [
      402,
      'must',
      form,
      'A value of 128 bytes arrives',
      'The same bytes.',
      arrives('PROBE_VALUE', 'v'.repeat(128)),
    ],
    [
      403,
      'must',
      form,
      'A value of 255 bytes arrives',
      'The same bytes.',
      arrives('PROBE_VALUE', 'v'.repeat(255)),
    ],
    [
      404,
      'must',
      form,
      'A value of 10,000 bytes arrives',
      'The same bytes.',
      arrives('PROBE_VALUE', 'v'.repeat(10_000)),
    ],
    [
      405,
      'should',
      form,
      'A value of 70,000 bytes arrives, or is refused with a status of 4xx',
      'The same bytes, or a refusal.',
      async (session) => {
        const value = 'v'.repeat(70_000);
        const answer = await valueIn(session, 'PROBE_VALUE', whole, pairBytes([['PROBE_VALUE', value]]));
        if (statusOf(answer) >= 400 && statusOf(answer) < 500) return;
        expectValue(answer, value, 'PROBE_VALUE');
      },
    ],
    [
      406,
      'must',
      form,
      'A name of 127 bytes arrives',
      'Its value.',
      arrives(`PROBE_${'N'.repeat(121)}`, 'long name'),
    ],
    [
      407,
      'must',
      form,
      'A name of 128 bytes arrives',
      'Its value.',
      arrives(`PROBE_${'N'.repeat(122)}`, 'long name'),
    ],
    [
      408,
      'must',
      form,
      'A name of 300 bytes arrives',
      'Its value.',
      arrives(`PROBE_${'N'.repeat(294)}`, 'long name'),
    ],
    [
      409,
      'must',
      form,
      'A short value with a length of four bytes arrives',
      'The same bytes.',
      async (session) => {
        expectValue(
          await valueIn(session, 'PROBE_VALUE', whole, pairBytes([['PROBE_VALUE', 'four']], 4)),
          'four',
          'PROBE_VALUE',
        );
      },
    ],
    [
      410,
      'must',
      form,
      'A value with a length of four bytes and a name of one arrives',
      'The same bytes.',
      async (session) => {
        const mixed = Buffer.concat([lengthBytes(11), lengthBytes(5, 4), latin1('PROBE_VALUEmixed')]);
        expectValue(await valueIn(session, 'PROBE_VALUE', whole, mixed), 'mixed', 'PROBE_VALUE');
      },
    ],
    [
      411,
      'must',
      'FastCGI 1.0 §3.3, appendix B',
      'A pair that runs over two records arrives, however it is cut',
      'The same bytes.',
      async (session) => {
        const pair = pairBytes([['PROBE_VALUE', 'v'.repeat(200)]]);
        for (let at = 1; at < pair.length; at += 1) {
          const cut = (bytes: Buffer) => {
            const place = bytes.length - pair.length + at;
            return Buffer.concat([
              record(Params, 1, bytes.subarray(0, place)),
              record(Params, 1, bytes.subarray(place)),
            ]);
          };
          const answer = await valueIn(session, 'PROBE_VALUE', cut, pair);
          expectValue(answer, 'v'.repeat(200), `PROBE_VALUE, cut after byte ${at},`);
        }
      },
    ],
    [
      412,
      'must',
      'FastCGI 1.0 §3.3',
      'A value arrives of which each byte has a record',
      'The same bytes.',
      async (session) => {
        const records = (bytes: Buffer) => streamRecords(Params, 1, bytes, 1);
        const answer = await valueIn(session, 'PROBE_VALUE', records, pairBytes([['PROBE_VALUE', 'bytes']]));
        expectValue(answer, 'bytes', 'PROBE_VALUE');
      },
    ],
    [
      413,
      'must',
      'FastCGI 1.0 §3.3',
      'A value arrives from padded records',
      'The same bytes.',
      async (session) => {
        const records = (bytes: Buffer) => streamRecords(Params, 1, bytes, 0xffff, { padding: 6 });
        const answer = await valueIn(session, 'PROBE_VALUE', records, pairBytes([['PROBE_VALUE', 'padded']]));
        expectValue(answer, 'padded', 'PROBE_VALUE');
      },
    ],
    [
      414,
      'must',
      'RFC 3875 §4.1, FastCGI 1.0 §3.4',
      'Bytes that are not ASCII arrive',
      'The same bytes: Latin-1 and UTF-8 alike.',
      arrives('PROBE_VALUE', 'caf\xe9 \xe4\xbd\xa0 \xff'),
    ],
    [
      415,
      'must',
      'RFC 3875 §4.1',
      'Blanks and signs arrive',
      'The same bytes.',
      arrives('PROBE_VALUE', ' a=b&c%20d;"e\' \t'),
    ],
    [
      416,
      'must',
      'RFC 3875 §4.1',
      'An empty value is empty or absent',
      'No bytes, with status 200 or 404.',
      async (session) => {
        const answer = await valueIn(session, 'PROBE_VALUE', whole, pairBytes([['PROBE_VALUE', '']]));
        const status = statusOf(answer);
        expectThat(
          status === 404 || (status === 200 && answer.body.length === 0),
          `Status ${status}, ${answer.body.length} bytes.`,
        );
      },
    ],
    [
      417,
      'must',
      'FastCGI 1.0 §5.2',
      'The last of 500 params arrives',
      'Its value.',
      async (session) => {
        const many = Array.from({ length: 500 }, (_, index): Pair => [`PROBE_${index}`, `value ${index}`]);
        expectValue(await valueIn(session, 'PROBE_499', whole, pairBytes(many)), 'value 499', 'PROBE_499');
      },
    ],
    [
      418,
      'hardening',
      'names of properties',
      'A param that was not sent is absent, also one named as a property',
      'Status 404.',
      async (session) => {
        for (const name of ['PROBE_ABSENT', 'constructor', '__proto__', 'toString']) {
          const answer = await session.probe(`/param?${name}`);
          expectThat(statusOf(answer) === 404, `${name}, which was not sent, has a value.`);
        }
      },
    ],
    [
      419,
      'hardening',
      'values of another request (CVE-2011-2766)',
      'A kept connection forgets the params of the last request',
      'Status 404.',
      async (session) => {
        const { answer, wire } = await askedOn(session, 1, 'PROBE_SECRET', { PROBE_SECRET: 'secret' });
        expectValue(answer, 'secret', 'PROBE_SECRET');
        if (wire.state !== 'open') skip('The application keeps no connection open; check 131 has that.');
        await wire.send(session.request(1, { flags: KEEP, target: '/param?PROBE_SECRET' }));
        expectThat(
          statusOf(await wire.answer(1, 2)) === 404,
          'PROBE_SECRET of the request before is still there.',
        );
      },
    ],
    [
      420,
      'hardening',
      'values of another request',
      'A new connection knows no params of the last one',
      'Status 404.',
      async (session) => {
        const { answer, wire } = await askedOn(session, 1, 'PROBE_SECRET', { PROBE_SECRET: 'secret' });
        expectValue(answer, 'secret', 'PROBE_SECRET');
        wire.destroy();
        const second = await session.probe('/param?PROBE_SECRET');
        expectThat(statusOf(second) === 404, 'PROBE_SECRET of another connection is there.');
      },
    ],
    [
      421,
      'must',
      'RFC 3875 §4.1.7',
      'QUERY_STRING arrives as it was sent',
      'The same bytes.',
      async (session) => {
        const answer = await session.probe('/param?QUERY_STRING');
        expectValue(answer, 'QUERY_STRING', 'QUERY_STRING');
      },
    ],
    [
      422,
      'must',
      'RFC 3875 §4.1.12',
      'REQUEST_METHOD arrives as it was sent',
      'PROPFIND.',
      async (session) => {
        const answer = await session.probe('/param?REQUEST_METHOD', {
          params: { REQUEST_METHOD: 'PROPFIND' },
        });
        if (statusOf(answer) === 405 || statusOf(answer) === 501)
          skip('The application serves no other methods.');
        expectValue(answer, 'PROPFIND', 'REQUEST_METHOD');
      },
    ],
    [
      423,
      'should',
      'RFC 3875 §4.1.18',
      'Header fields arrive as HTTP_ params',
      'The value of HTTP_X_PROBE.',
      arrives('HTTP_X_PROBE', 'field value'),
    ],
    [
      424,
      'must',
      'FastCGI 1.0 §3.3',
      'Params of two requests that alternate do not mix',
      'Each gets its own, or the second is refused with CANT_MPX_CONN.',
      async (session) => {
        const wire = await session.connect();
        const bytes = [1, 2].map((id) =>
          session.paramBytes({ params: { PROBE_ID: `of ${id}` }, target: '/param?PROBE_ID' }),
        );
        await wire.send(begin(1, { flags: KEEP }), begin(2, { flags: KEEP }));
        for (let at = 0; at < 400; at += 20) {
          for (const [index, each] of bytes.entries()) {
            const piece = each.subarray(at, at + 20);
            if (piece.length > 0) await wire.send(record(Params, index + 1, piece));
          }
        }
        for (const [index, each] of bytes.entries())
          await wire.send(record(Params, index + 1, each.subarray(400)));
        await wire.send(
          ...[1, 2].flatMap((id) => [
            ...(bytes[id - 1]!.length > 400 ? [record(Params, id)] : []),
            record(Stdin, id),
          ]),
        );
        const first = await wire.answer(1);
        skipUnoffered(first, '/param');
        expectValue(first, 'of 1', 'PROBE_ID');
        const second = await wire.answer(2);
        if (second.protocolStatus === 0) expectValue(second, 'of 2', 'PROBE_ID');
      },
    ],
  ],
);
