import { IncomingMessage } from 'node:http';
import { fromNodeListener } from '@fcgi-js/server';
import { afterEach, expect, test } from 'vitest';
import { start } from '../../support/harness.ts';
import { settle } from '../../support/time.ts';
import { post, request } from '../../support/wire.ts';

/** The parts of `IncomingMessage` that its documentation does not promise, as they are in this version of Node. */
const undocumented = ['_addHeaderLines', '_dump'].map((name) => ({
  name,
  value: Reflect.get(IncomingMessage.prototype, name),
}));

afterEach(() => {
  for (const { name, value } of undocumented) Reflect.set(IncomingMessage.prototype, name, value);
});

/** What a listener sees of a request with a body that it does not read. */
async function seen(): Promise<unknown> {
  const events: string[] = [];
  let fields: unknown;
  const responder = fromNodeListener((req, res) => {
    for (const name of ['end', 'close', 'error']) req.on(name, () => events.push(name));
    const { headers, headersDistinct, rawHeaders } = req;
    fields = { headers: { ...headers }, headersDistinct: { ...headersDistinct }, rawHeaders };
    res.end();
  });
  const { connect } = await start({ responder });
  const peer = await connect();
  const params: Array<[string, string]> = [
    ...Object.entries(post(4)),
    ['HTTP_HOST', 'app.example'],
    ['HTTP_COOKIE', 'a=1'],
    ['HTTP_COOKIE', 'b=2'],
    ['HTTP_X_MANY', 'one'],
    ['HTTP_X_MANY', 'two'],
  ];
  peer.send(request(1, { keepConn: true, params, body: 'body' }));
  const { status } = await peer.answer(1);
  await settle();
  return { events, fields, status };
}

test('a request is the same in a version of Node that lacks the parts that are not documented', async () => {
  const usual = await seen();
  expect(usual).toMatchObject({
    events: ['end', 'close'],
    fields: {
      headers: { host: 'app.example', cookie: 'a=1; b=2', 'x-many': 'one, two' },
      headersDistinct: { 'x-many': ['one', 'two'] },
    },
    status: '200 OK',
  });
  for (const { name, value } of undocumented) {
    expect(value, name).toBeTypeOf('function');
    Reflect.deleteProperty(IncomingMessage.prototype, name);
  }
  expect(await seen()).toEqual(usual);
});
