import { hex, join, latin1 } from 'test-support';
import { describe, expect, test } from 'vitest';
import {
  bodyTooLarge,
  encodeRefusal,
  invalidLength,
  overloaded,
  paramsTimeout,
  type Refusal,
  unacceptableParams,
  undecodedBody,
  unknownRole,
} from '../../src/engine/refusal.ts';
import { splitRecords, toAnswer } from '../support/received.ts';

describe('a refusal', () => {
  test('is a line of STDERR, a whole response head, and END_REQUEST, byte for byte', () => {
    const refusal: Refusal = {
      code: 'FCGI_ROLE_UNKNOWN',
      status: '501 Not Implemented',
      protocolStatus: 3,
      message: 'No.',
    };
    const log = 'fcgi-js: No.\n';
    const head = 'Content-Length: 0\r\nStatus: 501 Not Implemented\r\n\r\n';
    expect(encodeRefusal(0x0102, refusal)).toEqual(
      Buffer.from(
        join(
          hex('01 07 0102 000d 03 00'),
          latin1(log),
          hex('000000'),
          hex('01 07 0102 0000 00 00'),
          hex('01 06 0102 0032 06 00'),
          latin1(head),
          hex('000000000000'),
          hex('01 06 0102 0000 00 00'),
          hex('01 03 0102 0008 00 00  00000000 03 000000'),
        ),
      ),
    );
  });

  const cases: ReadonlyArray<
    readonly [string, Refusal, { status: string; protocolStatus: number; log: RegExp }]
  > = [
    [
      'of a request above a limit of requests',
      overloaded('requests', 5),
      { status: '503 Service Unavailable', protocolStatus: 2, log: /5 .*limits\.requests / },
    ],
    [
      'of a role that is not there',
      unknownRole(9),
      { status: '501 Not Implemented', protocolStatus: 3, log: /role 9/ },
    ],
    [
      'of params above a limit',
      unacceptableParams('The params exceed limits.paramsBytes (7).', false),
      { status: '431 Request Header Fields Too Large', protocolStatus: 0, log: /limits\.paramsBytes \(7\)/ },
    ],
    [
      'of params that are cut off',
      unacceptableParams('Cut.', true),
      { status: '400 Bad Request', protocolStatus: 0, log: /Cut\./ },
    ],
    [
      'of params that come too late',
      paramsTimeout(10),
      {
        status: '408 Request Timeout',
        protocolStatus: 0,
        log: /10 ms, which is limits\.incompleteRequestTimeout \(/,
      },
    ],
    [
      'of a length that is none',
      invalidLength('CONTENT_LENGTH'),
      { status: '400 Bad Request', protocolStatus: 0, log: /CONTENT_LENGTH is not a length/ },
    ],
    [
      'of a body above the limit',
      bodyTooLarge(11, 10),
      {
        status: '413 Content Too Large',
        protocolStatus: 0,
        log: /11 bytes, but limits\.bodyBytes \(fcgi run --limit bodyBytes=VALUE\) is 10/,
      },
    ],
    [
      'of a body with its chunk framing',
      undecodedBody(),
      { status: '411 Length Required', protocolStatus: 0, log: /CONTENT_TRANSFER_ENCODING=chunked/ },
    ],
  ];

  test.each(cases)(
    '%s has its status, and the log says why',
    (_, refusal, { status, protocolStatus, log }) => {
      const { length, records } = splitRecords(Buffer.from(encodeRefusal(1, refusal)));
      const answer = toAnswer(records);
      expect(length).toBeGreaterThan(0);
      expect(answer.status).toBe(status);
      expect(answer.protocolStatus).toBe(protocolStatus);
      expect(answer.appStatus).toBe(0);
      expect(answer.head).toContain('Content-Length: 0');
      expect(answer.stderr).toMatch(/^fcgi-js: .*\n$/);
      expect(answer.stderr).toMatch(log);
      expect(records.every(({ requestId }) => requestId === 1)).toBe(true);
    },
  );
});
