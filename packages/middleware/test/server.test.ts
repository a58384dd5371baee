import * as middleware from '@fcgi-js/middleware';
import {
  createServer,
  type FcgiServerOptions,
  type ParamsTransform as ServerTransform,
} from '@fcgi-js/server';
import { expect, expectTypeOf, test } from 'vitest';

test('both packages mean the same by a transform', () => {
  expectTypeOf<middleware.ParamsTransform>().toEqualTypeOf<ServerTransform>();
  expectTypeOf<middleware.ParamsTransform>().toEqualTypeOf<NonNullable<FcgiServerOptions['params']>>();
  const params = middleware.composeParams(middleware.iisFix(), middleware.scriptNameStripper());
  expect(createServer({ params, responder: () => 0 }).stats().connections).toBe(0);
});
