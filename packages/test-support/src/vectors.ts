import { hex, join } from './bytes.ts';

/** Bytes as the FastCGI specification gives them, and what they mean. */
export interface Vector {
  /** Which example. */
  readonly name: string;
  /** The records one after the other. */
  readonly bytes: Uint8Array;
  /** The records as text: type, request ID, and what they carry. */
  readonly records: readonly string[];
}

/** The parameters of the examples: `SERVER_PORT` 80 and `SERVER_ADDR` 199.170.183.42. */
const PARAMS = '\x0b\x02SERVER_PORT80\x0b\x0eSERVER_ADDR199.170.183.42';
const HEAD = 'Content-type: text/html\r\n\r\n';
const PAGE = '<html>\n<head> ... ';

/** Appendix B, example 1: no data on STDIN, a response without errors. */
const simple: readonly Vector[] = [
  {
    name: 'example 1, from the web server',
    bytes: join(
      hex('01 01 0001 0008 00 00  0001 00 0000000000'),
      hex('01 04 0001 002a 00 00'),
      PARAMS,
      hex('01 04 0001 0000 00 00'),
      hex('01 05 0001 0000 00 00'),
    ),
    records: [
      'BEGIN_REQUEST 1 role 1 flags 0 keepConn false',
      `PARAMS 1 ${JSON.stringify(PARAMS)}`,
      'PARAMS 1 ""',
      'STDIN 1 ""',
    ],
  },
  {
    name: 'example 1, from the application',
    bytes: join(
      hex('01 06 0001 002d 00 00'),
      HEAD,
      PAGE,
      hex('01 06 0001 0000 00 00'),
      hex('01 03 0001 0008 00 00  00000000 00 000000'),
    ),
    records: [
      `STDOUT 1 ${JSON.stringify(HEAD + PAGE)}`,
      'STDOUT 1 ""',
      'END_REQUEST 1 appStatus 0 protocolStatus 0',
    ],
  },
];

/** Appendix B, example 2: data on STDIN, and a name that begins in one PARAMS record and ends in the next. */
const split: readonly Vector[] = [
  {
    name: 'example 2, from the web server',
    bytes: join(
      hex('01 01 0001 0008 00 00  0001 00 0000000000'),
      hex('01 04 0001 0014 00 00'),
      '\x0b\x02SERVER_PORT80\x0b\x0eSER',
      hex('01 04 0001 0016 00 00'),
      'VER_ADDR199.170.183.42',
      hex('01 04 0001 0000 00 00'),
      hex('01 05 0001 0019 00 00'),
      'quantity=100&item=3047936',
      hex('01 05 0001 0000 00 00'),
    ),
    records: [
      'BEGIN_REQUEST 1 role 1 flags 0 keepConn false',
      `PARAMS 1 ${JSON.stringify('\x0b\x02SERVER_PORT80\x0b\x0eSER')}`,
      'PARAMS 1 "VER_ADDR199.170.183.42"',
      'PARAMS 1 ""',
      'STDIN 1 "quantity=100&item=3047936"',
      'STDIN 1 ""',
    ],
  },
];

/** Appendix B, example 3: the application logs an error and ends with an exit status. */
const failing: readonly Vector[] = [
  {
    name: 'example 3, from the application',
    bytes: join(
      hex('01 06 0001 001e 00 00'),
      `${HEAD}<ht`,
      hex('01 07 0001 001d 00 00'),
      'config error: missing SI_UID\n',
      hex('01 06 0001 000f 00 00'),
      'ml>\n<head> ... ',
      hex('01 06 0001 0000 00 00'),
      hex('01 07 0001 0000 00 00'),
      hex('01 03 0001 0008 00 00  000003aa 00 000000'),
    ),
    records: [
      `STDOUT 1 ${JSON.stringify(`${HEAD}<ht`)}`,
      `STDERR 1 ${JSON.stringify('config error: missing SI_UID\n')}`,
      `STDOUT 1 ${JSON.stringify('ml>\n<head> ... ')}`,
      'STDOUT 1 ""',
      'STDERR 1 ""',
      'END_REQUEST 1 appStatus 938 protocolStatus 0',
    ],
  },
];

/** Appendix B, example 4: two requests on one connection, answered out of order. */
const multiplexed: readonly Vector[] = [
  {
    name: 'example 4, from the web server',
    bytes: join(
      hex('01 01 0001 0008 00 00  0001 01 0000000000'),
      hex('01 04 0001 002a 00 00'),
      PARAMS,
      hex('01 04 0001 0000 00 00'),
      hex('01 01 0002 0008 00 00  0001 01 0000000000'),
      hex('01 04 0002 002a 00 00'),
      PARAMS,
      hex('01 05 0001 0000 00 00'),
      hex('01 04 0002 0000 00 00'),
      hex('01 05 0002 0000 00 00'),
    ),
    records: [
      'BEGIN_REQUEST 1 role 1 flags 1 keepConn true',
      `PARAMS 1 ${JSON.stringify(PARAMS)}`,
      'PARAMS 1 ""',
      'BEGIN_REQUEST 2 role 1 flags 1 keepConn true',
      `PARAMS 2 ${JSON.stringify(PARAMS)}`,
      'STDIN 1 ""',
      'PARAMS 2 ""',
      'STDIN 2 ""',
    ],
  },
  {
    name: 'example 4, from the application',
    bytes: join(
      hex('01 06 0001 001b 00 00'),
      HEAD,
      hex('01 06 0002 002d 00 00'),
      HEAD,
      PAGE,
      hex('01 06 0002 0000 00 00'),
      hex('01 03 0002 0008 00 00  00000000 00 000000'),
      hex('01 06 0001 0012 00 00'),
      PAGE,
      hex('01 06 0001 0000 00 00'),
      hex('01 03 0001 0008 00 00  00000000 00 000000'),
    ),
    records: [
      `STDOUT 1 ${JSON.stringify(HEAD)}`,
      `STDOUT 2 ${JSON.stringify(HEAD + PAGE)}`,
      'STDOUT 2 ""',
      'END_REQUEST 2 appStatus 0 protocolStatus 0',
      `STDOUT 1 ${JSON.stringify(PAGE)}`,
      'STDOUT 1 ""',
      'END_REQUEST 1 appStatus 0 protocolStatus 0',
    ],
  },
];

/** Sections 4.1 and 4.2: the management records, with the names that the specification predefines. */
const management: readonly Vector[] = [
  {
    name: 'GET_VALUES and an unknown type, from the web server',
    bytes: join(
      hex('01 09 0000 0030 00 00'),
      '\x0e\x00FCGI_MAX_CONNS\x0d\x00FCGI_MAX_REQS\x0f\x00FCGI_MPXS_CONNS',
      hex('01 0c 0000 0000 00 00'),
    ),
    records: [
      `GET_VALUES 0 ${JSON.stringify('\x0e\x00FCGI_MAX_CONNS\x0d\x00FCGI_MAX_REQS\x0f\x00FCGI_MPXS_CONNS')}`,
      'type 12 0 ""',
    ],
  },
  {
    name: 'GET_VALUES_RESULT and UNKNOWN_TYPE, from the application',
    bytes: join(
      hex('01 0a 0000 0021 07 00'),
      '\x0e\x01FCGI_MAX_CONNS1\x0d\x01FCGI_MAX_REQS1',
      hex('00000000000000'),
      hex('01 0b 0000 0008 00 00  0c 00000000000000'),
    ),
    records: [
      `GET_VALUES_RESULT 0 ${JSON.stringify('\x0e\x01FCGI_MAX_CONNS1\x0d\x01FCGI_MAX_REQS1')}`,
      'UNKNOWN_TYPE 0 12',
    ],
  },
];

/** Section 5.4: ABORT_REQUEST, and the END_REQUEST that answers it. */
const aborted: readonly Vector[] = [
  {
    name: 'ABORT_REQUEST, from the web server',
    bytes: hex('01 02 ffff 0000 00 00'),
    records: ['ABORT_REQUEST 65535'],
  },
];

/** Every example, each direction on its own as a connection carries it. */
export const specificationVectors: readonly Vector[] = [
  ...simple,
  ...split,
  ...failing,
  ...multiplexed,
  ...management,
  ...aborted,
];
