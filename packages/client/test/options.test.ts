import type { Duplex } from 'node:stream';
import {
  createGateway,
  FcgiClient,
  FcgiOptionError,
  inject,
  isFcgiError,
  paramsFromRequest,
} from '@fcgi-js/client';
import { expect, onTestFinished, test } from 'vitest';

/** What a program without types may pass. */
type Anything = never;

const server = { accept: (stream: Duplex) => void stream.destroy() };

function newClient() {
  const client = new FcgiClient({ server });
  onTestFinished(() => client.close({ timeout: 1 }));
  return client;
}

function newGateway() {
  const gateway = createGateway({ address: '/run/app.sock' });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return gateway;
}

test.each<[string, () => unknown, string]>([
  ['an address in the place of options', () => new FcgiClient('/run/app.sock' as Anything), 'as an object'],
  ['no options', () => new FcgiClient(undefined as Anything), 'as an object'],
  ['an option that there is not', () => new FcgiClient({ adress: '/x' } as Anything), 'no option "adress"'],
  ['an address that is none', () => new FcgiClient({ address: 'app.sock' }), '"app.sock" is no address'],
  [
    'a limit that there is not',
    () => new FcgiClient({ server, limits: { retries: 1 } as Anything }),
    'retries',
  ],
  ['a request that is a path', () => newClient().request('/x' as Anything), 'as an object'],
  ['an option of a request', () => newClient().request({ params: {}, body: 'x' } as Anything), '"body"'],
  ['an option of getValues()', () => newClient().getValues({ timeout: 1 } as Anything), '"timeout"'],
  ['milliseconds alone for close()', () => newClient().close(100 as Anything), 'as an object, but got 100'],
  ['a port alone for a gateway', () => newGateway().listen(8080 as Anything), 'as an object, but got 8080'],
  ['a port that is text', () => newGateway().listen({ port: '8080' } as Anything), '"port" must be a port'],
  ['an option of a gateway', () => createGateway({ address: '/x', root: '/srv' } as Anything), '"root"'],
  ['a gateway without an application', () => createGateway({} as Anything), 'either an address'],
  ['an option of inject()', () => inject(server, { path: '/x' } as Anything), '"path"'],
  [
    'a header field alone',
    () => inject(server, { headers: 'accept: text/html' } as Anything),
    '"headers" must',
  ],
  [
    'an option of paramsFromRequest()',
    () => paramsFromRequest(new Request('http://localhost/'), { root: '/srv' } as Anything),
    '"root"',
  ],
])('%s is refused with a code, and with what there is instead', async (_, call, message) => {
  const error = await (async () => call())().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FcgiOptionError);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ code: 'FCGI_OPTION_INVALID', message: expect.stringContaining(message) });
  expect(isFcgiError(error)).toBe(true);
});

test('an option that is undefined counts as not given', () => {
  const nothing = undefined as Anything;
  expect(
    () => new FcgiClient({ server, address: nothing, keepConn: nothing, limits: nothing }),
  ).not.toThrow();
  expect(() => createGateway({ address: '/x', mount: nothing, files: nothing })).not.toThrow();
});

test('errors of other copies of the packages are known by their code, and those of others are not', () => {
  expect(isFcgiError(Object.assign(new Error('closed'), { code: 'FCGI_CONNECTION_CLOSED' }))).toBe(true);
  expect(isFcgiError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe(false);
  expect(isFcgiError(new Error('FCGI_'))).toBe(false);
  expect(isFcgiError({ code: 'FCGI_CONNECTION_CLOSED' })).toBe(false);
  expect(isFcgiError(undefined)).toBe(false);
});
