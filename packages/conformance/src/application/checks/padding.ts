import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat, fail } from '../../check.ts';
import {
  abort,
  begin,
  latin1,
  lengthBytes,
  type RecordFields,
  record,
  wholeStream,
} from '../../wire/records.ts';
import { type ApplicationSession, KEEP } from '../session.ts';

const { GetValues, Params, Stdin } = RecordType;
const BODY = latin1('0123456789');

/** Which records of a request get the fields. */
type Part = 'begin' | 'params' | 'params end' | 'stdin' | 'stdin end';

function padded(session: ApplicationSession, parts: readonly Part[], fields: RecordFields): Uint8Array {
  const of = (part: Part) => (parts.includes(part) ? fields : {});
  return Buffer.concat([
    begin(1, { flags: 0 }, of('begin')),
    record(Params, 1, session.paramBytes({ body: BODY }), of('params')),
    record(Params, 1, '', of('params end')),
    record(Stdin, 1, BODY, of('stdin')),
    record(Stdin, 1, '', of('stdin end')),
  ]);
}

const EVERY: readonly Part[] = ['begin', 'params', 'params end', 'stdin', 'stdin end'];

/** A request with padding of some lengths on the given records. */
function lengths(parts: readonly Part[], each: readonly number[] = [1, 7, 8, 255], filling = 0) {
  return async (session: ApplicationSession) => {
    for (const padding of each) {
      try {
        await session.exchangeBytes(
          padded(session, parts, { padding: new Uint8Array(padding).fill(filling) }),
        );
      } catch {
        fail(`With ${padding} bytes of padding the request is not answered.`);
      }
    }
  };
}

const right = 'Answered with 1, 7, 8 and 255 bytes of padding.';
const source = 'FastCGI 1.0 §3.3';

export const padding = checkGroup<ApplicationSession>(
  { group: 'padding', needs: 'nothing', subject: 'application' },
  [
    [220, 'must', source, 'BEGIN_REQUEST may be padded', right, lengths(['begin'])],
    [221, 'must', source, 'PARAMS may be padded', right, lengths(['params'])],
    [222, 'must', source, 'The end of PARAMS may be padded', right, lengths(['params end'])],
    [223, 'must', source, 'STDIN may be padded', right, lengths(['stdin'])],
    [
      224,
      'must',
      source,
      'The end of STDIN may be padded',
      right,
      async (session) => {
        for (const length of [1, 7, 8, 255]) {
          const wire = await session.keptWire();
          await wire.send(session.head(2, { flags: KEEP }), record(Stdin, 2, '', { padding: length }));
          await wire.answer(2);
          await session.answersOn(wire, 3, `${length} bytes of padding at the end of STDIN`);
        }
      },
    ],
    [
      225,
      'must',
      source,
      'Every record may be padded, by 0 to 255 bytes',
      'Answered with each of 256 lengths.',
      lengths(
        EVERY,
        Array.from({ length: 256 }, (_, length) => length),
        0xa5,
      ),
    ],
    [
      226,
      'must',
      source,
      'GET_VALUES may be padded',
      'The request after it is answered.',
      async (session) => {
        const wire = await session.keptWire();
        const name = latin1('FCGI_MPXS_CONNS');
        const content = Buffer.concat([lengthBytes(name.length), lengthBytes(0), name]);
        for (const length of [1, 7, 255]) await wire.send(record(GetValues, 0, content, { padding: length }));
        await session.answersOn(wire, 2, 'GET_VALUES with padding');
      },
    ],
    [
      227,
      'must',
      source,
      'ABORT_REQUEST may be padded',
      'The request after it is answered.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(abort(9, { padding: 8 }), abort(9, { padding: 255 }));
        await session.answersOn(wire, 2, 'ABORT_REQUEST of no request with padding');
      },
    ],
    [
      228,
      'must',
      source,
      'Padding may have any bytes',
      'Padding of 0xA5: answered.',
      async (session) => {
        await session.exchangeBytes(padded(session, EVERY, { padding: new Uint8Array(40).fill(0xa5) }));
      },
    ],
    [
      229,
      'must',
      source,
      'The reserved byte of a header means nothing',
      'Reserved byte 0xFF in every record: answered.',
      async (session) => {
        await session.exchangeBytes(padded(session, EVERY, { reserved: 0xff }));
      },
    ],
    [
      230,
      'hardening',
      'desynchronisation by padding (CVE-2026-55203)',
      '65,535 bytes of content and 255 of padding',
      'Length and padding are not added in 16 bits: answered.',
      async (session) => {
        const body = Buffer.alloc(65_535, 'b');
        const records = Buffer.concat([record(Stdin, 1, body, { padding: 255 }), record(Stdin, 1)]);
        await session.exchangeBytes(Buffer.concat([session.head(1, { body }), records]));
      },
    ],
    [
      231,
      'hardening',
      'desynchronisation by padding',
      'Records in padding are not executed',
      'One answer, and nothing with the id in the padding.',
      async (session) => {
        const hidden = Buffer.concat([begin(7, { flags: KEEP }), record(Params, 7), record(Stdin, 7)]);
        const wire = await session.keptWire();
        await wire.send(
          session.head(2, { body: BODY, flags: KEEP }),
          record(Stdin, 2, BODY, { padding: hidden }),
          record(Stdin, 2, '', { padding: hidden }),
        );
        await wire.answer(2);
        await session.answersOn(wire, 3, 'records in padding');
        expectThat(
          wire.records.every(({ requestId }) => requestId !== 7),
          'The request in the padding was answered.',
        );
      },
    ],
    [
      232,
      'hardening',
      'desynchronisation by padding',
      'Records in the padding of full records are not executed',
      'One answer, and nothing with the id in the padding.',
      async (session) => {
        const hidden = Buffer.concat([begin(7, { flags: KEEP }), record(Params, 7), record(Stdin, 7)]);
        const wire = await session.keptWire();
        const body = Buffer.alloc(65_535, hidden);
        await wire.send(
          session.head(2, { body, flags: KEEP }),
          record(Stdin, 2, body, { padding: hidden }),
          record(Stdin, 2),
        );
        await wire.answer(2);
        await session.answersOn(wire, 3, 'a full record with padding');
        expectThat(
          wire.records.every(({ requestId }) => requestId !== 7),
          'The request in the padding was answered.',
        );
      },
    ],
    [
      233,
      'must',
      source,
      'Padding may come in another write than its record',
      'Answered.',
      async (session) => {
        const bytes = Buffer.concat([
          session.head(1, { body: BODY }),
          record(Stdin, 1, BODY, { padding: 16 }),
        ]);
        const wire = await session.connect();
        await wire.sendPieces([
          bytes.subarray(0, -16),
          bytes.subarray(-16, -7),
          bytes.subarray(-7),
          wholeStream(Stdin, 1, new Uint8Array(0)),
        ]);
        await wire.answer(1);
      },
    ],
  ],
);
