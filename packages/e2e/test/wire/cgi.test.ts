import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/wire/answer.ts';
import { TRANSPORTS } from '../../src/wire/probe-process.ts';
import { request, usualParams } from '../../src/wire/requests.ts';
import { useProbe } from '../../src/wire/use-probe.ts';

/** Fields that concern the connection of the browser, which is the web server's (RFC 3875 §6.3.4). */
const CONNECTION_FIELDS = ['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'upgrade', 'te'];

const lastField = (answer: Answer) => answer.fields.at(-1)?.[0];

/** RFC 3875: what an application is told, and how it answers. */
describe.each(TRANSPORTS)('over %s', (transport) => {
  const probe = useProbe(transport);

  test('meta-variables reach the application as they were sent', async () => {
    const sent = [
      ['SCRIPT_NAME', '/app'],
      ['PATH_INFO', '/a/b%41 c;d\xe9'],
      ['PATH_TRANSLATED', '/srv/a'],
      ['QUERY_STRING', 'a=%41&b=+'],
      ['REMOTE_HOST', ''],
      ['REMOTE_USER', 'al ice'],
      ['HTTP_COOKIE', 'a=1; b=2'],
      ['HTTP_X_EMPTY', ''],
      ['SSL_CLIENT_S_DN', 'CN=\xc4\xf6'],
    ] as const;
    const { json } = await probe().ask('/echo', { params: sent });
    expect(json).toMatchObject({ query: 'a=%41&b=+', params: Object.fromEntries(sent) });
  });

  test.each(['/echo', '/cookies'])(
    'no meta-variable that is empty, cut short or no text keeps %s from an answer',
    async (uri) => {
      const names = [...usualParams(uri).map(([name]) => name), 'CONTENT_TYPE', 'HTTP_HOST', 'HTTPS'];
      const connection = await probe().connect();
      for (const name of names) {
        for (const value of ['', '\0', 'a\0b', '/', '//', '%', '%zz', '?', '..', '\xff'.repeat(300)]) {
          connection.send(request(uri, { params: [[name, value]] }));
          const answer = await connection.answer(1);
          expect([200, 400, 404], `${String(name)} ${JSON.stringify(value)}`).toContain(answer.status);
          expect(connection.hasEnded).toBe(false);
        }
      }
    },
  );

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', 'M-SEARCH'])(
    'the method %s reaches the application',
    async (method) => {
      expect((await probe().ask('/echo', { method })).json['method']).toBe(method);
    },
  );

  test.each([200, 201, 299, 400, 404, 418, 500, 599, 999])('status %i is sent as it is', async (code) => {
    const answer = await probe().ask(`/status?code=${code}`);
    expect([answer.status, answer.text]).toEqual([code, `status ${code}`]);
    expect(answer.field('status')[0]).toMatch(/^\d{3}( |$)/);
  });

  test.each(['Fine', 'All is well (so far)', '%C3%A9t%C3%A9', 'a%20%20b'])(
    'a reason phrase is sent as it is: %s',
    async (reason) => {
      const answer = await probe().ask(`/status?code=200&reason=${reason}`);
      expect(answer.field('status')).toEqual([`200 ${decodeURIComponent(reason)}`]);
    },
  );

  test.each([204, 304])('status %i has no body', async (code) => {
    const answer = await probe().ask(`/status?code=${code}`);
    expect([answer.status, answer.body.length]).toEqual([code, 0]);
    expect(answer.records).toBe('6 6e 3');
  });

  test.each([
    '/status?code=200',
    '/cookies',
    '/early',
    '/echo',
    '/big?n=100',
    '/redirect?to=/x',
    '/nothing',
    '/throw',
  ])('HEAD of %s has no body', async (uri) => {
    const answer = await probe().ask(uri, { method: 'HEAD' });
    expect(answer.body.length).toBe(0);
  });

  test.each([
    '/early',
    '/cookies',
    '/redirect?to=http://example.org/',
    '/manyheaders?n=50&len=20',
    '/big?n=65000',
  ])('the head of %s is whole in the first record, once', async (uri) => {
    const connection = await probe().connect();
    connection.send(request(uri));
    const { stdout, fields } = await connection.answer(1);
    expect(stdout.toString('latin1').split('\r\n\r\n')).toHaveLength(2);
    const names = fields.map(([name]) => name.toLowerCase());
    for (const single of ['status', 'location', 'content-type', 'content-length']) {
      expect(names.filter((name) => name === single).length).toBeLessThanOrEqual(1);
    }
  });

  test('Status comes after Location', async () => {
    const answer = await probe().ask('/redirect?to=https://example.org/%C3%A9');
    expect([answer.status, lastField(answer)]).toEqual([302, 'Status']);
    expect(answer.field('location')).toHaveLength(1);
  });

  test('a local redirect has Location and nothing else', async () => {
    const answer = await probe().ask('/localredirect');
    expect(answer.stdout.toString()).toBe('Location: /echo?local=1\r\n\r\n');
  });

  test('each Set-Cookie is a line of its own', async () => {
    const answer = await probe().ask('/cookies');
    expect(answer.field('set-cookie')).toEqual(['a=1; Path=/', 'b=2; Path=/', 'c=3, with comma; Path=/']);
  });

  test('no Content-Type is made up', async () => {
    const answer = await probe().ask('/nocontenttype');
    expect(answer.field('content-type')).toEqual([]);
    expect(answer.text).toBe('{"a":"<script>alert(1)</script>"}');
  });

  test.each(CONNECTION_FIELDS)('%s never reaches the web server', async (name) => {
    const answer = await probe().ask(`/setheader?name=${name}&value=close`);
    const names = answer.fields.map(([found]) => found.toLowerCase());
    expect(names.filter((found) => CONNECTION_FIELDS.includes(found))).toEqual([]);
    expect(answer.text).toBe('setheader ok');
  });

  test('a field named Status does not replace the status', async () => {
    const answer = await probe().ask('/setheader?name=Status&value=500%20Forged');
    expect(answer.field('status')).toEqual(['200 OK']);
  });

  test('a body never exceeds its Content-Length', async () => {
    const answer = await probe().ask('/setheader?name=Content-Length&value=3');
    expect(answer.text).toBe('set');
  });

  test('a body that falls short of its Content-Length is not passed off as whole', async () => {
    const answer = await probe().ask('/setheader?name=Content-Length&value=1000');
    expect([answer.status, answer.appStatus]).toEqual([500, 1]);
    expect(answer.text).not.toContain('setheader ok');
  });

  test.each([1, 10, 100, 500])('%i fields arrive', async (count) => {
    const answer = await probe().ask(`/manyheaders?n=${count}&len=30`);
    const many = answer.fields.filter(([name]) => name.startsWith('X-Many-'));
    expect(many).toHaveLength(count);
    expect(new Set(many.map(([, value]) => value))).toEqual(new Set(['h'.repeat(30)]));
  });

  /** What comes of a field whose value has one character in its middle: the value received, or `refused`. */
  async function sendValue(character: string): Promise<string> {
    const value = encodeURIComponent(`a${character}b`);
    const answer = await probe().ask(`/setheader?name=X-Test&value=${value}`);
    if (answer.status === 500) return 'refused';
    expect(answer.fields.map(([name]) => name.toLowerCase()).sort()).toEqual(
      expect.arrayContaining(['status', 'x-test']),
    );
    return answer.field('x-test').join('|');
  }

  test('every byte that is none of a line reaches the web server in a value, and every other is refused', async () => {
    for (let code = 0; code < 256; code += 1) {
      const character = String.fromCharCode(code);
      const isAllowed = code === 9 || (code >= 32 && code !== 127);
      expect([code, await sendValue(character)]).toEqual([code, isAllowed ? `a${character}b` : 'refused']);
    }
  });

  test('characters that are no bytes are refused in values, also those whose low byte ends a line', async () => {
    for (const character of ['\u0100', '\u010a', '\u010d', '\u560a', '\u560d', '\u2028', '\u{1f600}']) {
      expect(await sendValue(character)).toBe('refused');
    }
  });

  test('only tokens are names', async () => {
    const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/;
    for (let code = 0; code < 256; code += 1) {
      const name = encodeURIComponent(`X-${String.fromCharCode(code)}-Test`);
      const answer = await probe().ask(`/setheader?name=${name}&value=v`);
      expect([code, answer.status]).toEqual([code, token.test(String.fromCharCode(code)) ? 200 : 500]);
    }
  });

  test.each(['a%0D%0ASet-Cookie:%20x=1', 'a%0Ab', 'a%0Db', '%0D%0A%0D%0A<html>', 'a%00b', '%C4%8D%C4%8Ax'])(
    'a reason phrase cannot make lines of its own: %s',
    async (reason) => {
      const answer = await probe().ask(`/status?code=200&reason=${reason}`);
      expect(answer.status).toBe(500);
      expect(answer.field('set-cookie')).toEqual([]);
    },
  );

  test.each(['/x%0D%0ASet-Cookie:%20x=1', '/x%0Ay', '/x%00y', '/x%C4%8Ay'])(
    'a redirect cannot make lines of its own: %s',
    async (to) => {
      expect((await probe().ask(`/redirect?to=${to}`)).status).toBe(500);
    },
  );

  test('a Proxy header never gets into the params or the environment of the process', async () => {
    const params = [['HTTP_PROXY', 'http://evil.example/']] as const;
    expect((await probe().ask('/echo', { params })).json['params']).not.toHaveProperty('HTTP_PROXY');
    expect((await probe().ask('/env?name=HTTP_PROXY', { params })).json).toEqual({ env: null });
    expect((await probe().ask('/env?name=REQUEST_URI', { params })).json).toEqual({ env: null });
  });

  test("Cherokee's chunked uploads, framing and all, are refused with 411", async () => {
    const params = [['CONTENT_TRANSFER_ENCODING', 'chunked']] as const;
    expect((await probe().ask('/echo', { method: 'POST', params })).status).toBe(411);
  });
});
