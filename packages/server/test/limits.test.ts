import { createServer, type ServerLimits } from '@fcgi-js/server';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, resolveLimits } from '../src/limits.ts';

describe('limits', () => {
  test('that are not given have their defaults', () => {
    expect(resolveLimits()).toEqual(DEFAULT_LIMITS);
    expect(resolveLimits({})).toEqual(DEFAULT_LIMITS);
    expect(resolveLimits({ requests: 5 })).toEqual({ ...DEFAULT_LIMITS, requests: 5 });
    expect(resolveLimits({ requests: undefined } as object)).toEqual(DEFAULT_LIMITS);
  });

  test('may be taken off', () => {
    expect(resolveLimits({ idleTimeout: Number.POSITIVE_INFINITY }).idleTimeout).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('are all finite by default, but for the size of a body, which is streamed, and the time of an answer', () => {
    const open = Object.entries(DEFAULT_LIMITS).filter(([, value]) => !Number.isFinite(value));
    expect(open.map(([name]) => name)).toEqual(['bodyBytes', 'requestTimeout']);
  });

  test.each([0, -1, Number.NaN, '5', null, true, {}])('of %j are refused', (value) => {
    const limits = { requests: value } as ServerLimits;
    expect(() => resolveLimits(limits)).toThrow(TypeError);
    expect(() => resolveLimits(limits)).toThrow(/limits.*: "requests" must be a number above 0/);
  });

  test.each(['request', 'Requests', 'maxRequests', '__proto__', 'constructor', 'toString'])(
    'with the name %j, which there is not, are refused with the names there are',
    (name) => {
      const limits: ServerLimits = Object.fromEntries([[name, 5]]);
      expect(() => createServer({ responder: () => {}, limits })).toThrow(TypeError);
      expect(() => createServer({ responder: () => {}, limits })).toThrow(
        /limits.* has no option ".*"\. Known are: bodyBytes, /,
      );
    },
  );
});
