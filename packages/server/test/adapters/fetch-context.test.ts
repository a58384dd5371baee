import { fromFetchHandler } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { start } from '../support/harness.ts';
import { GET, request } from '../support/wire.ts';

/** The type of the third argument of Hono's `app.fetch`, which comes from service workers. */
interface WorkerContext {
  passThroughOnException(): void;
  props: object;
  waitUntil(promise: Promise<unknown>): void;
}

test('a fetch function that wants the context of a service worker, as Hono has it, type-checks and gets it', async () => {
  const fetch = (_request: Request, _bindings?: object, context?: WorkerContext): Response => {
    context?.passThroughOnException();
    return Response.json({ props: context?.props, canWait: typeof context?.waitUntil });
  };
  const { connect } = await start({ responder: fromFetchHandler(fetch) });
  const peer = await connect();
  peer.send(request(1, { params: GET }));
  expect(JSON.parse((await peer.answer(1)).body)).toEqual({ props: {}, canWait: 'function' });
});
