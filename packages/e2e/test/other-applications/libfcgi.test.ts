import { text } from 'node:stream/consumers';
import { Role } from '@fcgi-js/client';
import { expect } from 'vitest';
import { describeOther } from '../../src/describe-other.ts';
import { startLibfcgi } from '../../src/other-applications.ts';

const programs = ['gcc', 'headers of libc', 'libfcgi'] as const;

/** What the program makes of a body. */
function checksum(body: Uint8Array): string {
  let sum = 0;
  for (const byte of body) sum = (sum * 31 + byte) % 1_000_003;
  return `${body.length} ${sum}`;
}

describeOther('libfcgi', programs, startLibfcgi, (test) => {
  test('answers a responder, with STDERR and an exit status', async (session) => {
    const { body, ended, reason, status } = await session.client().request({
      params: { REQUEST_METHOD: 'GET', QUERY_STRING: 'a=1' },
    });
    expect([status, reason, await text(body)]).toEqual([202, 'Accepted', 'a=1 0 0']);
    expect(await ended).toMatchObject({ appStatus: 7, protocolStatus: 0, stderr: 'a line for the log\n' });
  });

  test('takes bodies of all sizes, on one kept connection', async (session) => {
    const client = session.client();
    for (const length of [0, 1, 65_535, 65_536, 99_000, 1_000_000]) {
      const stdin = new Uint8Array(length).map((_, index) => index * 7);
      const params = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: `${length}`, QUERY_STRING: 'x' };
      const { body, ended } = await client.request({ params, stdin });
      expect(await text(body)).toBe(`x ${checksum(stdin)}`);
      await ended;
    }
    expect(client.stats()).toMatchObject({ connections: 1, idleConnections: 1 });
  });

  test('takes long names and values, and more params than fit in a record', async (session) => {
    const params: Array<[string, string]> = [['QUERY_STRING', 'y'.repeat(70_000)]];
    for (let i = 0; i < 500; i += 1) params.push([`${'N'.repeat(200)}_${i}`, 'v'.repeat(300)]);
    const { body } = await session.client().request({ params });
    expect(await text(body)).toBe(`${'y'.repeat(70_000)} 0 0`);
  });

  test('answers GET_VALUES, which it would not without padding', async (session) => {
    const values = await session.client().getValues();
    expect(Object.fromEntries(values)).toEqual({
      FCGI_MAX_CONNS: '1',
      FCGI_MAX_REQS: '1',
      FCGI_MPXS_CONNS: '0',
    });
  });

  test("gets one request at a time with multiplex 'auto', as it says that it takes no more", async (session) => {
    const client = session.client({ multiplex: 'auto' });
    const bodies = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => {
        const { body } = await client.request({ params: { QUERY_STRING: `${n}` } });
        return await text(body);
      }),
    );
    expect(bodies).toEqual(['1 0 0', '2 0 0', '3 0 0', '4 0 0', '5 0 0']);
    expect(client.stats().connections).toBe(1);
  });

  test('refuses to share with FCGI_CANT_MPX_CONN, and the requests come again one by one', async (session) => {
    const client = session.client({ multiplex: true, limits: { connections: 1, firstByteTimeout: 5_000 } });
    const ask = async (n: number) => {
      const response = await client.request({ params: { REQUEST_METHOD: 'GET', QUERY_STRING: `${n}` } });
      return await text(response.body);
    };
    const outcomes = await Promise.allSettled([1, 2, 3].map(ask));
    // libfcgi reads a second BEGIN_REQUEST only while it reads the first request; what it saw too late it loses.
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(`${index + 1} 0 0`);
      else expect(outcome.reason).toMatchObject({ name: expect.stringMatching(/^Fcgi/) });
    }
    expect(await ask(4)).toBe('4 0 0');
  });

  test('is an authorizer whose variables come out', async (session) => {
    const client = session.client();
    const authorize = (uri: string) =>
      client.request({ role: Role.Authorizer, params: { REQUEST_METHOD: 'GET', REQUEST_URI: uri } });
    const open = await authorize('/open');
    expect([open.status, ...open.variables()]).toEqual([200, ['USER_ID', '7'], ['NAME', 'alice']]);
    await text(open.body);
    const closed = await authorize('/closed');
    expect([closed.status, closed.variables().size, await text(closed.body)]).toEqual([403, 0, 'no']);
  });

  test('is a filter that gets the body and then the file', async (session) => {
    const data = 'a file of some length, '.repeat(5_000);
    const { body } = await session.client().request({
      role: Role.Filter,
      params: {
        CONTENT_LENGTH: '4',
        FCGI_DATA_LAST_MOD: '1234567890',
        FCGI_DATA_LENGTH: `${data.length}`,
        REQUEST_METHOD: 'POST',
      },
      stdin: 'form',
      data,
    });
    expect(await text(body)).toBe(`4 ${data.length} 1234567890 ${data.toUpperCase()}`);
  });

  test('answers through the gateway', async (session) => {
    const url = await session.gateway();
    const body = new Uint8Array(200_000).fill(7);
    const response = await fetch(`${url}/x?q`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([202, `q ${checksum(body)}`]);
  });
});
