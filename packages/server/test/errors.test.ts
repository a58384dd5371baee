import { FcgiServerError } from '@fcgi-js/server';
import { expect, test } from 'vitest';
import { causedBy, errors } from '../src/errors.ts';

test.each(Object.entries(errors))(
  '%s: every variant makes an error of this code, with a text',
  (code, variants) => {
    const made = Object.values(variants as Record<string, (...values: unknown[]) => FcgiServerError>).map(
      (make) => make('requests', ['a'], 1),
    );
    expect(made.length).toBeGreaterThan(0);
    for (const error of made) {
      expect(error).toBeInstanceOf(FcgiServerError);
      expect(error).toMatchObject({ code, scope: made[0]!.scope });
      expect(error.message).not.toBe('');
    }
  },
);

test('an error with a cause is the same, with the cause', () => {
  const error = errors.FCGI_CONNECTION_LOST.byPeer();
  const cause = new Error('reset');
  expect(causedBy(cause, error)).toMatchObject({
    cause,
    code: error.code,
    message: error.message,
    scope: error.scope,
  });
});
