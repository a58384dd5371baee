import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { paramsFromRequest, RecordType } from '@fcgi-js/client';
import { expect } from 'vitest';
import { describeOther } from '../../src/describe-other.ts';
import { startGo } from '../../src/other-applications.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describeOther('Go net/http/fcgi', ['go'], startGo, (test) => {
  test('answers with what it was sent', async (session) => {
    const request = new Request('http://example.org/a%2Fb?c=d');
    const response = await session.client().request({ params: paramsFromRequest(request) });
    expect([response.status, response.headers.filter(([name]) => name === 'Set-Cookie')]).toEqual([
      201,
      [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    ]);
    expect(await text(response.body)).toBe(`GET /a%2Fb?c=d 0 ${sha256(new Uint8Array())}`);
  });

  test("serves several requests on one connection with multiplex 'auto', side by side", async (session) => {
    const connections = new Set<number>();
    const ends: number[] = [];
    const client = session.client({
      multiplex: 'auto',
      onRecord: ({ connection, record }) => {
        if (record.requestId !== 0) connections.add(connection);
        if (record.type === RecordType.EndRequest) ends.push(record.requestId);
      },
    });
    expect((await client.getValues()).get('FCGI_MPXS_CONNS')).toBe('1');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const stdin = Buffer.alloc(index * 5_000, index);
        const wait = 500 - 25 * index;
        const request = new Request(`http://x/${index}?wait=${wait}`, { method: 'POST' });
        const params = paramsFromRequest(request);
        params.set('CONTENT_LENGTH', `${stdin.length}`);
        const { body, ended } = await client.request({ params, stdin });
        const answered = await text(body);
        await ended;
        return [answered, `POST /${index}?wait=${wait} ${stdin.length} ${sha256(stdin)}`];
      }),
    );
    for (const [got, expected] of answers) expect(got).toBe(expected);
    expect(connections.size).toBe(1);
    // The first one waits longest: had they been served one after the other, it would be first.
    expect(ends).toHaveLength(20);
    expect(ends.indexOf(1)).toBeGreaterThan(ends.indexOf(15));
  });

  test('sends large answers side by side over one connection', async (session) => {
    const client = session.client({ multiplex: true });
    const lengths = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const params = paramsFromRequest(new Request(`http://x/?bytes=${1_000_000 + index}`));
        const { body } = await client.request({ params });
        let length = 0;
        for await (const chunk of body) length += (chunk as Buffer).length;
        return length;
      }),
    );
    expect(lengths).toEqual(Array.from({ length: 8 }, (_, index) => 1_000_000 + index));
  });

  test('goes on serving the others when one of them is aborted', async (session) => {
    const client = session.client({ multiplex: true, limits: { abortTimeout: 200 } });
    const signal = AbortSignal.timeout(50);
    const aborted = client
      .request({ params: paramsFromRequest(new Request('http://x/?wait=400')), signal })
      .catch((error: Error) => error.name);
    const others = [1, 2, 3].map(async (n) => {
      const params = paramsFromRequest(new Request(`http://x/${n}?wait=${n * 200}`));
      return (await text((await client.request({ params })).body)).split(' ')[1];
    });
    expect(await aborted).toBe('TimeoutError');
    expect(await Promise.all(others)).toEqual(['/1?wait=200', '/2?wait=400', '/3?wait=600']);
  });

  test('answers through a gateway that shares its connections', async (session) => {
    const client = session.client({ multiplex: 'auto' });
    const url = await session.gateway({ client });
    const bodies = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const response = await fetch(`${url}/${index}`, { method: 'PUT', body: Buffer.alloc(index * 1_000) });
        return await response.text();
      }),
    );
    expect(bodies.map((body) => body.split(' ').slice(0, 3).join(' '))).toEqual(
      Array.from({ length: 10 }, (_, index) => `PUT /${index} ${index * 1_000}`),
    );
  });
});
