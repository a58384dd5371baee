import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import {
  allow,
  createServer,
  deny,
  type FcgiRequest,
  type FcgiRequestHandler,
  type FcgiServer,
  type FcgiServerListenOptions,
  type FcgiServerOptions,
  type FetchContext,
  fcgiRequest,
  type fromAuthorizer,
  type fromFetchHandler,
  fromNodeListener,
  type ListenAddress,
  type ListenOptions,
  type Params,
  requestParams,
  type ServerLimits,
} from '@fcgi-js/server';
import { describe, expectTypeOf, test } from 'vitest';

// The type check of the repository decides; what runs here only has to be there.

describe('what makes handlers', () => {
  test('takes what http.createServer takes', () => {
    expectTypeOf<RequestListener>().toExtend<Parameters<typeof fromNodeListener>[0]>();
    type Asynchronous = (req: IncomingMessage, res: ServerResponse) => Promise<string>;
    expectTypeOf<Asynchronous>().toExtend<Parameters<typeof fromNodeListener>[0]>();
    expectTypeOf(fromNodeListener).returns.toEqualTypeOf<FcgiRequestHandler>();
    expectTypeOf<(given: number) => void>().not.toExtend<Parameters<typeof fromNodeListener>[0]>();
  });

  test('takes functions of the Fetch standard, with or without their context', () => {
    type Taken = Parameters<typeof fromFetchHandler>[0];
    expectTypeOf<(request: Request) => Response>().toExtend<Taken>();
    expectTypeOf<(request: Request) => Promise<Response>>().toExtend<Taken>();
    expectTypeOf<
      (request: Request, env: FetchContext, context: FetchContext) => Response
    >().toExtend<Taken>();
    expectTypeOf<(request: Request) => string>().not.toExtend<Taken>();
  });

  test('takes functions that decide', () => {
    type Taken = Parameters<typeof fromAuthorizer>[0];
    expectTypeOf(() => allow()).toExtend<Taken>();
    expectTypeOf((request: FcgiRequest) =>
      request.params.has('X') ? allow({ A: 'b' }) : deny(401),
    ).toExtend<Taken>();
    expectTypeOf<() => boolean>().not.toExtend<Taken>();
  });
});

test('a handler returns an appStatus, or nothing, at once or later', () => {
  expectTypeOf<(request: FcgiRequest) => number>().toExtend<FcgiRequestHandler>();
  expectTypeOf<(request: FcgiRequest) => Promise<void>>().toExtend<FcgiRequestHandler>();
  expectTypeOf<(request: FcgiRequest) => string>().not.toExtend<FcgiRequestHandler>();
});

test('a request has streams, params and a signal, none of which can be replaced', () => {
  expectTypeOf<FcgiRequest>().toHaveProperty('stdin').toEqualTypeOf<Readable>();
  expectTypeOf<FcgiRequest>().toHaveProperty('data').toEqualTypeOf<Readable>();
  expectTypeOf<FcgiRequest>().toHaveProperty('stdout').toEqualTypeOf<Writable>();
  expectTypeOf<FcgiRequest>().toHaveProperty('stderr').toEqualTypeOf<Writable>();
  expectTypeOf<FcgiRequest>().toHaveProperty('signal').toEqualTypeOf<AbortSignal>();
  expectTypeOf<FcgiRequest>().toHaveProperty('params').toEqualTypeOf<Params>();
  expectTypeOf<Pick<FcgiRequest, 'keepConn' | 'requestId'>>().toEqualTypeOf<{
    readonly keepConn: boolean;
    readonly requestId: number;
  }>();
});

test('params are a map that cannot be changed', () => {
  expectTypeOf<Params>().toExtend<ReadonlyMap<string, string>>();
  expectTypeOf<Params>().not.toExtend<Map<string, string>>();
  expectTypeOf<Params['get']>().returns.toEqualTypeOf<string | undefined>();
  expectTypeOf(requestParams).parameters.toEqualTypeOf<[IncomingMessage | Request]>();
  expectTypeOf(fcgiRequest).parameters.toEqualTypeOf<[IncomingMessage | Request]>();
});

test('options have the names of the documentation, and all may be left out', () => {
  expectTypeOf(createServer).parameters.toEqualTypeOf<[FcgiServerOptions]>();
  expectTypeOf<{ responder: FcgiRequestHandler }>().toExtend<FcgiServerOptions>();
  expectTypeOf<{ responder: FcgiRequestHandler; allow: string }>().not.toExtend<FcgiServerOptions>();
  expectTypeOf<ServerLimits>().toExtend<Partial<Record<keyof ServerLimits, number | undefined>>>();
  expectTypeOf<{ mode: number; owner: string; group: number; backlog: number }>().toExtend<ListenOptions>();
  expectTypeOf<ListenOptions & { signal: AbortSignal }>().toExtend<FcgiServerListenOptions>();
  expectTypeOf<{ mode: string }>().not.toExtend<ListenOptions>();
  expectTypeOf<object>().toExtend<ServerLimits>();
});

test('a server listens, serves streams, closes and tells figures', () => {
  expectTypeOf<FcgiServer['listen']>().toEqualTypeOf<
    (address: string, options?: FcgiServerListenOptions) => Promise<string>
  >();
  expectTypeOf<FcgiServer['accept']>().parameters.toEqualTypeOf<[Duplex]>();
  expectTypeOf<FcgiServer['close']>().returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf<ReturnType<FcgiServer['stats']>['activeRequests']>().toEqualTypeOf<number>();
});

test('what an address is can be told by its kind', () => {
  expectTypeOf<ListenAddress['kind']>().toEqualTypeOf<'auto' | 'fd' | 'systemd' | 'tcp' | 'unix'>();
  expectTypeOf<Extract<ListenAddress, { kind: 'tcp' }>>().toHaveProperty('port').toEqualTypeOf<number>();
});
