import { RecordType } from '@fcgi-js/protocol';
import { checkGroup, expectThat } from '../../check.ts';
import { whenWhole } from '../scripted-application.ts';
import { PLAIN, type WebServerSession } from '../session.ts';

const { AbortRequest, BeginRequest, Params, Stdin } = RecordType;
const rfc = 'RFC 3875 §4.1';

/** A meta-variable that is always there, and how it looks. */
function variable(name: string, form: RegExp) {
  return async (session: WebServerSession) => {
    const values = (await session.received({ path: 'page?query=1' })).values(name);
    expectThat(values.length > 0, `${name} is absent.`);
    expectThat(form.test(values.at(-1) ?? ''), `${name} is ${JSON.stringify(values.at(-1))}.`);
  };
}

function method(name: string, body?: string) {
  return async (session: WebServerSession) => {
    const exchange = await session.received({ method: name, ...(body === undefined ? {} : { body }) });
    const value = exchange.values('REQUEST_METHOD').at(-1);
    expectThat(value === name, `REQUEST_METHOD is ${JSON.stringify(value)}.`);
  };
}

/** The field arrives as a param of this name and value. */
function field(line: string, name: string, value: string) {
  return async (session: WebServerSession) => {
    const values = (await session.received({ fields: [line] })).values(name);
    expectThat(values.includes(value), `${name} is ${values.length === 0 ? 'absent' : 'another value'}.`);
  };
}

export const requests = checkGroup<WebServerSession>(
  { group: 'web server: requests', needs: 'nothing', subject: 'web-server' },
  [
    [
      500,
      'must',
      'FastCGI 1.0 §3.3, §5.1',
      'A request begins with BEGIN_REQUEST',
      'BEGIN_REQUEST, and no record before it.',
      async (session) => {
        await session.received();
        expectThat(session.application.strays.length === 0, 'Records came for an id that is not active.');
      },
    ],
    [
      501,
      'must',
      'FastCGI 1.0 §3.3',
      'The id is not 0',
      'An id from 1 to 65535.',
      async (session) => expectThat((await session.received()).id !== 0, 'BEGIN_REQUEST has the id 0.'),
    ],
    [
      502,
      'must',
      'FastCGI 1.0 §5.1',
      'The role is Responder',
      'Role 1.',
      async (session) => {
        const [high, low] = (await session.received()).records[0]?.content ?? [];
        expectThat(high === 0 && low === 1, `The role is ${(high ?? 0) * 256 + (low ?? 0)}.`);
      },
    ],
    [
      503,
      'must',
      'FastCGI 1.0 §5.1',
      'BEGIN_REQUEST has a body of 8 bytes',
      'contentLength 8.',
      async (session) => {
        const length = (await session.received()).records[0]?.content.length;
        expectThat(length === 8, `It has ${length} bytes.`);
      },
    ],
    [
      504,
      'must',
      'FastCGI 1.0 §6.2, appendix A',
      'A Responder gets PARAMS and STDIN',
      'BEGIN_REQUEST, PARAMS, STDIN, ABORT_REQUEST only.',
      async (session) => {
        const types: readonly number[] = [BeginRequest, AbortRequest, Params, Stdin];
        const stray = (await session.received({ body: 'body' })).records.find(
          ({ type }) => !types.includes(type),
        );
        expectThat(stray === undefined, `A record has type ${stray?.type}.`);
      },
    ],
    [
      505,
      'must',
      'FastCGI 1.0 §3.3, §5.2',
      'PARAMS end with one empty record',
      'No PARAMS after the empty one.',
      async (session) => {
        const { records } = await session.received({ body: 'body' });
        const lengths = records.filter(({ type }) => type === Params).map(({ content }) => content.length);
        expectThat(lengths.indexOf(0) === lengths.length - 1, 'PARAMS go on after the empty record.');
      },
    ],
    [
      506,
      'must',
      'FastCGI 1.0 §3.3, §6.2',
      'STDIN ends with one empty record',
      'No STDIN after the empty one.',
      async (session) => {
        const { records } = await session.received({ body: 'body' });
        const lengths = records.filter(({ type }) => type === Stdin).map(({ content }) => content.length);
        expectThat(lengths.includes(0), 'STDIN has no empty record.');
        expectThat(lengths.indexOf(0) === lengths.length - 1, 'STDIN goes on after the empty record.');
      },
    ],
    [
      507,
      'must',
      'FastCGI 1.0 §3.4',
      'PARAMS are name-value pairs',
      'Their lengths fit the bytes.',
      async (session) => {
        await session.received();
      },
    ],
    [
      508,
      'must',
      'FastCGI 1.0 §6.1',
      'PARAMS end before STDIN begins',
      'The streams one after the other.',
      async (session) => {
        const { records } = await session.received({ body: 'body' });
        const end = records.findIndex(({ content, type }) => type === Params && content.length === 0);
        expectThat(
          records.findIndex(({ type }) => type === Stdin) > end,
          'STDIN comes before the end of PARAMS.',
        );
      },
    ],
    [
      509,
      'hardening',
      'disclosure of memory',
      'Reserved bytes and padding carry no data',
      'Zero bytes.',
      async (session) => {
        const { records } = await session.received({ body: 'odd' });
        const isClean = records.every(
          ({ padding, reserved }) => reserved === 0 && padding.every((byte) => byte === 0),
        );
        expectThat(isClean, 'A reserved byte or padding is not zero.');
        expectThat(
          records[0]?.content.subarray(3).every((byte) => byte === 0) === true,
          'BEGIN_REQUEST has reserved bytes other than zero.',
        );
      },
    ],
    [
      510,
      'must',
      `${rfc}.4`,
      'GATEWAY_INTERFACE is set',
      'CGI/1.1.',
      variable('GATEWAY_INTERFACE', /^CGI\/\d+\.\d+$/),
    ],
    [511, 'must', `${rfc}.7`, 'QUERY_STRING is set', 'query=1.', variable('QUERY_STRING', /^query=1$/)],
    [
      512,
      'must',
      `${rfc}.8`,
      'REMOTE_ADDR is set',
      'An address.',
      variable('REMOTE_ADDR', /^[0-9a-fA-F:.]+$/),
    ],
    [513, 'must', `${rfc}.12`, 'REQUEST_METHOD is set', 'GET.', variable('REQUEST_METHOD', /^GET$/)],
    [514, 'must', `${rfc}.14`, 'SERVER_NAME is set', 'A name or an address.', variable('SERVER_NAME', /./)],
    [515, 'must', `${rfc}.15`, 'SERVER_PORT is set', 'Digits.', variable('SERVER_PORT', /^\d+$/)],
    [
      516,
      'must',
      `${rfc}.16`,
      'SERVER_PROTOCOL is set',
      'HTTP/1.1.',
      variable('SERVER_PROTOCOL', /^HTTP\/\d/),
    ],
    [517, 'must', `${rfc}.17`, 'SERVER_SOFTWARE is set', 'A name.', variable('SERVER_SOFTWARE', /./)],
    [
      518,
      'must',
      `${rfc}.7`,
      'QUERY_STRING is not decoded',
      'a=%20b&c=d+e.',
      async (session) => {
        const value = (await session.received({ path: 'x?a=%20b&c=d+e' })).values('QUERY_STRING').at(-1);
        expectThat(value === 'a=%20b&c=d+e', `It is ${JSON.stringify(value)}.`);
      },
    ],
    [
      519,
      'must',
      `${rfc}.2`,
      'CONTENT_LENGTH is the length of the body',
      '9.',
      async (session) => {
        const value = (await session.received({ body: 'nine byte' })).values('CONTENT_LENGTH').at(-1);
        expectThat(value === '9', `It is ${JSON.stringify(value)}.`);
      },
    ],
    [
      520,
      'must',
      `${rfc}.3`,
      'CONTENT_TYPE is that of the request',
      'text/x-probe.',
      async (session) => {
        const shape = { body: 'body', fields: ['Content-Type: text/x-probe'] };
        const value = (await session.received(shape)).values('CONTENT_TYPE').at(-1);
        expectThat(value === 'text/x-probe', `It is ${JSON.stringify(value)}.`);
      },
    ],
    [521, 'must', `${rfc}.12`, 'POST arrives', 'REQUEST_METHOD POST.', method('POST', 'body')],
    [522, 'must', `${rfc}.12`, 'HEAD arrives', 'REQUEST_METHOD HEAD.', method('HEAD')],
    [523, 'should', `${rfc}.12`, 'PUT arrives', 'REQUEST_METHOD PUT.', method('PUT', 'body')],
    [524, 'should', `${rfc}.12`, 'DELETE arrives', 'REQUEST_METHOD DELETE.', method('DELETE')],
    [
      525,
      'should',
      `${rfc}.18`,
      'A header field arrives as HTTP_ param',
      'HTTP_X_PROBE.',
      field('X-Probe: value', 'HTTP_X_PROBE', 'value'),
    ],
    [
      526,
      'should',
      `${rfc}.18`,
      'A value of 1,000 bytes arrives',
      'All of it.',
      field(`X-Probe: ${'v'.repeat(1_000)}`, 'HTTP_X_PROBE', 'v'.repeat(1_000)),
    ],
    [
      527,
      'should',
      'FastCGI 1.0 §3.4',
      'A name of 130 bytes arrives',
      'Its value: the length of the name has four bytes.',
      field(`X-${'N'.repeat(123)}: value`, `HTTP_X_${'N'.repeat(123)}`, 'value'),
    ],
    [
      528,
      'should',
      'FastCGI 1.0 §3.4',
      'A value of 127 and one of 128 bytes arrive',
      'Both.',
      async (session) => {
        for (const length of [127, 128])
          await field(`X-Probe: ${'v'.repeat(length)}`, 'HTTP_X_PROBE', 'v'.repeat(length))(session);
      },
    ],
    [
      529,
      'hardening',
      'httpoxy (CVE-2016-5385)',
      'The field Proxy does not become HTTP_PROXY',
      'No such param.',
      async (session) => {
        const values = (await session.received({ fields: ['Proxy: http://evil.example'] })).values(
          'HTTP_PROXY',
        );
        expectThat(
          values.every((value) => value === ''),
          'HTTP_PROXY has the value of the field.',
        );
      },
    ],
    [
      530,
      'hardening',
      'names with an underscore',
      'X_Probe does not replace X-Probe',
      'The value of X-Probe alone, or a refusal.',
      async (session) => {
        const shape = { fields: ['X-Probe: true', 'X_Probe: forged'] };
        const { status } = await session.ask(
          shape,
          whenWhole((exchange) => exchange.answer(PLAIN)),
        );
        const values = session.application.exchanges[0]?.values('HTTP_X_PROBE') ?? [];
        expectThat(
          status >= 400 || values.every((value) => !value.includes('forged')),
          'HTTP_X_PROBE has the value of X_Probe.',
        );
      },
    ],
    [
      531,
      'hardening',
      'params that a client chooses',
      'A field named HTTP_ or REMOTE_ADDR is a field only',
      'REMOTE_ADDR is the address of the client.',
      async (session) => {
        const exchange = await session.received({ fields: ['REMOTE-ADDR: 192.0.2.1', 'Remote-User: admin'] });
        expectThat(
          exchange.values('REMOTE_ADDR').every((value) => value !== '192.0.2.1'),
          'A field has set REMOTE_ADDR.',
        );
        expectThat(
          exchange.values('REMOTE_USER').every((value) => value !== 'admin'),
          'A field has set REMOTE_USER.',
        );
      },
    ],
    [
      532,
      'should',
      `${rfc}.5, §4.1.13`,
      'SCRIPT_NAME and PATH_INFO together are the path',
      'The decoded path of the URL.',
      async (session) => {
        const exchange = await session.received({ path: 'some/page' });
        const path = ['SCRIPT_NAME', 'PATH_INFO'].map((name) => exchange.values(name).at(-1) ?? '').join('');
        expectThat(path.endsWith('/some/page'), `Together they are ${JSON.stringify(path)}.`);
      },
    ],
  ],
);
