import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { abort, begin, record } from '../../wire/records.ts';
import { type ApplicationSession, KEEP } from '../session.ts';

const { Data, EndRequest, Params, Stdin } = RecordType;
const UNKNOWN_ROLE = 3;

function unknownRole(role: number) {
  return async (session: ApplicationSession) => {
    const { protocolStatus } = await session.exchange({ role });
    expectThat(
      protocolStatus === UNKNOWN_ROLE,
      `Role ${role} ends with protocolStatus ${protocolStatus}, not UNKNOWN_ROLE (3).`,
    );
  };
}

/** Sends the records, then ABORT_REQUEST, and expects that the request ends once. */
function abortedAfter(pick: (session: ApplicationSession) => readonly Uint8Array[]) {
  return async (session: ApplicationSession) => {
    const wire = await session.connect();
    await wire.send(...pick(session), abort(1));
    await wire.answer(1);
    await wire.settle();
    const ends = wire.records.filter(({ requestId, type }) => requestId === 1 && type === EndRequest);
    expectThat(ends.length === 1, `The request ended ${ends.length} times.`);
  };
}

const right = 'One END_REQUEST, while the connection stays open.';

export const rolesAndAborts = checkGroup<ApplicationSession>(
  { group: 'roles and aborts', needs: 'nothing', subject: 'application' },
  [
    [300, 'must', 'FastCGI 1.0 §5.5', 'Role 0 is refused', 'END_REQUEST with UNKNOWN_ROLE.', unknownRole(0)],
    [301, 'must', 'FastCGI 1.0 §5.5', 'Role 4 is refused', 'END_REQUEST with UNKNOWN_ROLE.', unknownRole(4)],
    [
      302,
      'must',
      'FastCGI 1.0 §5.5',
      'Role 255 is refused',
      'END_REQUEST with UNKNOWN_ROLE.',
      unknownRole(255),
    ],
    [
      303,
      'must',
      'FastCGI 1.0 §5.1',
      'A role has two bytes: 257 is not 1',
      'END_REQUEST with UNKNOWN_ROLE.',
      unknownRole(257),
    ],
    [
      304,
      'must',
      'FastCGI 1.0 §6.3',
      'The role Authorizer is served or refused',
      'END_REQUEST with REQUEST_COMPLETE or UNKNOWN_ROLE.',
      async (session) => {
        const { protocolStatus } = await session.exchange({
          role: 2,
          params: { PATH_INFO: undefined, SCRIPT_NAME: undefined },
        });
        expectThat(
          protocolStatus === 0 || protocolStatus === UNKNOWN_ROLE,
          `It ends with protocolStatus ${protocolStatus}.`,
        );
      },
    ],
    [
      305,
      'must',
      'FastCGI 1.0 §6.4',
      'The role Filter is served or refused',
      'END_REQUEST with REQUEST_COMPLETE or UNKNOWN_ROLE.',
      async (session) => {
        const shape = { role: 3, params: { FCGI_DATA_LENGTH: '4', FCGI_DATA_LAST_MOD: '1' } };
        const data = Buffer.concat([record(Data, 1, 'data'), record(Data, 1)]);
        const { protocolStatus } = await session.exchangeBytes(
          Buffer.concat([session.request(1, shape), data]),
        );
        expectThat(
          protocolStatus === 0 || protocolStatus === UNKNOWN_ROLE,
          `It ends with protocolStatus ${protocolStatus}.`,
        );
      },
    ],
    [
      306,
      'must',
      'FastCGI 1.0 §5.1, §5.5',
      'A kept connection serves the request after an unknown role',
      'It is answered.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.request(2, { flags: KEEP, role: 9 }));
        await wire.answer(2);
        await session.answersOn(wire, 3, 'a request with an unknown role');
      },
    ],
    [
      310,
      'must',
      'FastCGI 1.0 §5.4',
      'A request that is aborted at its begin ends',
      right,
      abortedAfter(() => [begin(1, { flags: KEEP })]),
    ],
    [
      311,
      'must',
      'FastCGI 1.0 §5.4',
      'A request that is aborted within PARAMS ends',
      right,
      abortedAfter((session) => [begin(1, { flags: KEEP }), record(Params, 1, session.paramBytes())]),
    ],
    [
      312,
      'must',
      'FastCGI 1.0 §5.4',
      'A request that is aborted after PARAMS ends',
      right,
      abortedAfter((session) => [session.head(1, { flags: KEEP })]),
    ],
    [
      313,
      'must',
      'FastCGI 1.0 §5.4',
      'A request that is aborted within STDIN ends',
      right,
      abortedAfter((session) => [
        session.head(1, { body: 'b'.repeat(1_000), flags: KEEP }),
        record(Stdin, 1, 'b'.repeat(500)),
      ]),
    ],
    [
      314,
      'must',
      'FastCGI 1.0 §5.4',
      'A request that is aborted after STDIN ends',
      right,
      abortedAfter((session) => [session.request(1, { flags: KEEP })]),
    ],
    [
      315,
      'must',
      'FastCGI 1.0 §3.3, §5.4',
      'The id of an aborted request is used again',
      'The next request with it is answered, once.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.head(1, { flags: KEEP }), abort(1));
        await wire.answer(1, 2);
        await session.answersOn(wire, 1, 'an aborted request', 3);
        await session.answersOn(wire, 2, 'an aborted request');
        expectThat(
          wire.answers(1).length === 3,
          `${wire.answers(1).length} answers to three requests with the id 1.`,
        );
      },
    ],
    [
      316,
      'must',
      'FastCGI 1.0 §5.4',
      'Aborted twice, a request ends once',
      'One END_REQUEST; the next request is answered.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.head(2, { flags: KEEP }), abort(2), abort(2));
        await wire.answer(2);
        await session.answersOn(wire, 3, 'two ABORT_REQUEST records');
        expectThat(wire.answers(2).length === 1, `The request ended ${wire.answers(2).length} times.`);
      },
    ],
    [
      317,
      'must',
      'FastCGI 1.0 §3.5, §5.4',
      'An aborted request without KEEP_CONN closes the connection',
      'It closes after END_REQUEST.',
      async (session) => {
        const wire = await session.connect();
        await wire.send(session.head(1), abort(1));
        await wire.answer(1);
        await wire.closedByPeer('It does not close the connection after an aborted request');
      },
    ],
    [
      318,
      'must',
      'FastCGI 1.0 §5.4',
      'The rest of an aborted request is ignored',
      'The next request on the connection is answered.',
      async (session) => {
        const wire = await session.keptWire();
        await wire.send(session.head(2, { body: '0123456789', flags: KEEP }), abort(2));
        await wire.answer(2);
        await wire.send(record(Stdin, 2, '0123456789'), record(Stdin, 2));
        await session.answersOn(wire, 3, 'late STDIN of an aborted request');
      },
    ],
    [
      319,
      'hardening',
      'aborts',
      'ABORT_REQUEST with content does no harm',
      'The next connection is served.',
      (session) =>
        session.survives('ABORT_REQUEST with content', Buffer.concat([session.head(1), record(2, 1, 'abc')])),
    ],
  ],
);
