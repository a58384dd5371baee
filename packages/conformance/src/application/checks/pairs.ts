import { RecordType } from '@fcgi-js/protocol';
import { checkGroup } from '../../check.ts';
import { begin, latin1, lengthBytes, type Pair, pairBytes, record, wholeStream } from '../../wire/records.ts';
import type { ApplicationSession } from '../session.ts';

const { Params, Stdin } = RecordType;

function withBytes(params: Uint8Array): Buffer {
  return Buffer.concat([begin(1), wholeStream(Params, 1, params), record(Stdin, 1)]);
}

/** The request has these pairs beside the usual ones, and is answered. */
function answered(...pairs: readonly Pair[]) {
  return async (session: ApplicationSession) => {
    await session.exchangeBytes(withBytes(pairBytes([...session.params(), ...pairs])));
  };
}

/** The params end with these bytes; whatever becomes of the request, the next is served. */
function survived(...parts: readonly Uint8Array[]) {
  return (session: ApplicationSession) =>
    session.survives('such params', withBytes(Buffer.concat([session.paramBytes(), ...parts])));
}

const LONGEST = 0x7fff_ffff;
const lie = 'lengths that lie (CVE-2025-23016)';
const next = 'The next connection is served.';
const form = 'FastCGI 1.0 §3.4';

export const pairs = checkGroup<ApplicationSession>(
  { group: 'pairs', needs: 'nothing', subject: 'application' },
  [
    [
      350,
      'must',
      form,
      'Lengths of four bytes may hold small numbers',
      'Answered.',
      async (session) => {
        await session.exchangeBytes(withBytes(pairBytes(session.params(), 4)));
      },
    ],
    [
      351,
      'must',
      form,
      'A name of four length bytes with a value of one',
      'Answered.',
      async (session) => {
        const mixed = Buffer.concat([lengthBytes(3, 4), lengthBytes(1), latin1('X_Yv')]);
        await session.exchangeBytes(withBytes(Buffer.concat([session.paramBytes(), mixed])));
      },
    ],
    [
      352,
      'must',
      form,
      'A name of one length byte with a value of four',
      'Answered.',
      async (session) => {
        const mixed = Buffer.concat([lengthBytes(3), lengthBytes(1, 4), latin1('X_Yv')]);
        await session.exchangeBytes(withBytes(Buffer.concat([session.paramBytes(), mixed])));
      },
    ],
    [
      353,
      'must',
      form,
      'Values of 127, 128 and 255 bytes',
      'Answered.',
      answered(['HTTP_X_A', 'v'.repeat(127)], ['HTTP_X_B', 'v'.repeat(128)], ['HTTP_X_C', 'v'.repeat(255)]),
    ],
    [354, 'must', form, 'A value of 4,096 bytes', 'Answered.', answered(['HTTP_X_A', 'v'.repeat(4_096)])],
    [
      355,
      'must',
      form,
      'Names of 127 and 128 bytes',
      'Answered.',
      answered([`HTTP_${'N'.repeat(122)}`, '1'], [`HTTP_${'M'.repeat(123)}`, '1']),
    ],
    [356, 'must', form, 'Empty values', 'Answered.', answered(['HTTP_X_EMPTY', ''], ['AUTH_TYPE', ''])],
    [
      357,
      'must',
      form,
      'Values of bytes that are not ASCII',
      'Answered.',
      answered(['HTTP_X_BYTES', 'caf\xe9 \xff\xfe \xe4\xbd\xa0']),
    ],
    [
      358,
      'hardening',
      'control characters',
      'Values with CR, LF and NUL do no harm',
      next,
      survived(pairBytes([['HTTP_X_CONTROL', 'a\r\nB: c\0d']])),
    ],
    [
      359,
      'hardening',
      'duplicate names (nginx)',
      'A name that comes twice does no harm',
      'Answered.',
      answered(['SCRIPT_NAME', ''], ['SCRIPT_NAME', '']),
    ],
    [
      360,
      'hardening',
      'empty names',
      'A pair of an empty name and an empty value does no harm',
      next,
      survived(
        pairBytes([
          ['', ''],
          ['', 'v'],
        ]),
      ),
    ],
    [
      361,
      'hardening',
      'names of properties',
      'Params named __proto__ and constructor do no harm',
      'Answered.',
      answered(['__proto__', 'x'], ['constructor', 'x'], ['HTTP___PROTO__', 'x'], ['hasOwnProperty', 'x']),
    ],
    [
      362,
      'should',
      'FastCGI 1.0 §5.2',
      'A thousand params',
      'Answered, also by a refusal.',
      answered(...Array.from({ length: 1_000 }, (_, index): Pair => [`HTTP_X_${index}`, 'v'])),
    ],
    [
      363,
      'hardening',
      lie,
      'A name of 2^31 - 1 bytes that is not there',
      next,
      survived(lengthBytes(LONGEST), lengthBytes(0), latin1('X')),
    ],
    [
      364,
      'hardening',
      lie,
      'A value of 2^31 - 1 bytes that is not there',
      next,
      survived(lengthBytes(1), lengthBytes(LONGEST), latin1('X')),
    ],
    [
      365,
      'hardening',
      lie,
      'Name and value of 2^31 - 1 bytes: their sum overflows',
      next,
      survived(lengthBytes(LONGEST), lengthBytes(LONGEST), Buffer.alloc(100, 'A')),
    ],
    [
      366,
      'hardening',
      lie,
      'Lengths whose sum with 2 is 2^32',
      next,
      survived(lengthBytes(LONGEST), lengthBytes(LONGEST - 1), Buffer.alloc(500, 'A')),
    ],
    [
      367,
      'hardening',
      lie,
      'A value one byte longer than the params',
      next,
      survived(lengthBytes(1), lengthBytes(3), latin1('Xab')),
    ],
    [368, 'hardening', lie, 'Params that end within a length', next, survived(Buffer.of(0x80, 0))],
    [369, 'hardening', lie, 'Params that end between two lengths', next, survived(Buffer.of(5))],
    [
      370,
      'hardening',
      lie,
      'Params that end within a name',
      next,
      survived(Buffer.of(20, 0), latin1('SHORT')),
    ],
    [371, 'hardening', lie, 'Params of 65,535 bytes 0xFF', next, survived(Buffer.alloc(65_535, 0xff))],
    [
      372,
      'must',
      'FastCGI 1.0 §5.2',
      'Params may be empty',
      'END_REQUEST, also with a refusal.',
      async (session) => {
        await session.exchangeBytes(Buffer.concat([begin(1), record(Params, 1), record(Stdin, 1)]));
      },
    ],
    [
      373,
      'must',
      'FastCGI 1.0 §5.2',
      'Params may come in any order',
      'Answered.',
      async (session) => {
        await session.exchangeBytes(withBytes(pairBytes(session.params().reverse())));
      },
    ],
    [
      374,
      'hardening',
      'empty meta-variables (CVE-2019-11043)',
      'Empty PATH_INFO, SCRIPT_NAME and REQUEST_URI do no harm',
      next,
      (session) =>
        session.survives(
          'empty meta-variables',
          session.request(1, { params: { PATH_INFO: '', REQUEST_URI: '', SCRIPT_NAME: '' } }),
        ),
    ],
  ],
);
