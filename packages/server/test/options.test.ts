import { createServer, deny, fromNodeListener } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';

const responder = () => {};

/** Everything that takes options, and what it says of them; the options are what JavaScript lets pass. */
const callers: Record<string, (options: unknown) => unknown> = {
  'createServer()': (options) => createServer(options as { responder: () => void }),
  'createServer({ limits })': (limits) => createServer({ responder, limits: limits as object }),
  'listen()': (options) => createServer({ responder }).listen('127.0.0.1:0', options as object),
  'close()': (options) => createServer({ responder }).close(options as object),
  'fromNodeListener()': (options) => fromNodeListener(() => {}, options as object),
  'deny()': (options) => deny(403, options as object),
};

async function messageOf(caller: string, options: unknown): Promise<string> {
  try {
    await callers[caller]!(options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('These options have been accepted.');
}

describe.each(Object.keys(callers))('%s', (caller) => {
  test.each(['tiemout', '__proto__', 'constructor', ''])(
    'refuses the option %j, which there is not',
    async (name) => {
      const message = await messageOf(caller, Object.fromEntries([[name, 1]]));
      expect(message).toMatch(`${caller} has no option "${name}". Known are: `);
    },
  );

  // An array, a callback or a time-out where http.createServer takes them.
  test.each([[[]], [() => {}], [5], ['text'], [null]])(
    'refuses %o in the place of its options',
    async (options) => {
      // As `createServer({ limits })` does, createServer() checks this one itself.
      expect(await messageOf(caller, options)).toMatch(
        /options as an object, but got|"limits" must be an object/,
      );
    },
  );
});

test.each([
  ['createServer()', { allow: '10.0.0.5' }, '"allow" must be an array of addresses'],
  ['createServer()', { allow: [5] }, '"allow" must be an array of addresses'],
  ['createServer()', { authorizer: {} }, '"authorizer" must be a function'],
  ['createServer()', { filter: 'app' }, '"filter" must be a function'],
  ['createServer()', { responder: [] }, '"responder" must be a function'],
  ['createServer()', { limits: 5 }, '"limits" must be an object'],
  ['createServer()', { onError: 'log' }, '"onError" must be a function'],
  ['listen()', { backlog: 0 }, '"backlog" must be a whole number above 0, but it is 0'],
  ['listen()', { backlog: 1.5 }, '"backlog" must be a whole number above 0, but it is 1.5'],
  ['listen()', { mode: 0o1000 }, '"mode" must be a number from 0 to 0o777, for example 0o660, but it is 512'],
  ['listen()', { mode: -1 }, '"mode" must be a number from 0 to 0o777'],
  [
    'listen()',
    { mode: '0660' },
    '"mode" must be a number from 0 to 0o777, for example 0o660, but it is "0660"',
  ],
  ['listen()', { owner: '' }, '"owner" must be a name or a number'],
  ['listen()', { group: -1 }, '"group" must be a name or a number, but it is -1'],
  ['listen()', { group: {} }, '"group" must be a name or a number, but it is an object'],
  ['close()', { timeout: -1 }, '"timeout" must be a number of milliseconds'],
  ['close()', { timeout: Number.NaN }, '"timeout" must be a number of milliseconds'],
  ['close()', { timeout: 2 ** 31 }, '"timeout" must be a number of milliseconds'],
  ['close()', { timeout: '5s' }, '"timeout" must be a number of milliseconds'],
  ['fromNodeListener()', { unbufferedStreams: 1 }, '"unbufferedStreams" must be true or false, but it is 1'],
  ['deny()', { body: 5 }, '"body" must be text or bytes, but it is 5'],
  ['deny()', { headers: ['Location'] }, '"headers" must be an object, but it is an array'],
])('%s refuses %o', async (caller, options, message) => {
  expect(await messageOf(caller, options)).toContain(`${caller}: ${message}`);
});

test('a long value does not make a long message', async () => {
  const message = await messageOf('listen()', { mode: 'x'.repeat(10_000) });
  expect(message.length).toBeLessThan(200);
});

test('options that are undefined count as not given', async () => {
  const unset = { allow: undefined, authorizer: undefined, limits: undefined, onError: undefined };
  const server = createServer({ responder, ...unset } as { responder: () => void });
  const address = await server.listen('127.0.0.1:0', { backlog: undefined, mode: undefined } as object);
  expect(address).toMatch(/^tcp:127/);
  await server.close({ timeout: undefined } as object);
});
