import { describe, expect, test } from 'vitest';
import { type ConnectionSituation, ConnectionTimeouts } from '../../src/connection/connection-timeouts.ts';
import { resolveLimits } from '../../src/limits.ts';

const LIMITS = resolveLimits({
  idleTimeout: 75_000,
  incompleteRequestTimeout: 10_000,
  lingerTimeout: 2_000,
  writeStallTimeout: 60_000,
});

const QUIET: ConnectionSituation = { busy: false, finished: false, midRecord: false, sent: 0, unsent: 0 };

function newTimeouts(now = 0) {
  return new ConnectionTimeouts(LIMITS, now);
}

describe('a connection with no request', () => {
  test('is idle from when it was opened', () => {
    const timeouts = newTimeouts(5_000);
    expect(timeouts.expired(79_999, QUIET)).toBeUndefined();
    expect(timeouts.expired(80_000, QUIET)).toBe('idle');
  });

  test('is idle from the end of its last request', () => {
    const timeouts = newTimeouts();
    timeouts.requestEnded(50_000);
    expect(timeouts.expired(124_999, QUIET)).toBeUndefined();
    expect(timeouts.expired(125_000, QUIET)).toBe('idle');
  });

  test('is not idle while a request runs, however long', () => {
    expect(newTimeouts().expired(1e9, { ...QUIET, busy: true })).toBeUndefined();
  });

  test('counts as in use for a second after it was opened, and after each request', () => {
    const timeouts = newTimeouts(5_000);
    expect(timeouts.inUse(5_999)).toBe(true);
    expect(timeouts.inUse(6_000)).toBe(false);
    timeouts.requestEnded(7_000);
    expect(timeouts.inUse(7_999)).toBe(true);
    expect(timeouts.inUse(8_000)).toBe(false);
  });
});

describe('a record that is not complete', () => {
  const partial = { ...QUIET, midRecord: true };

  test('has to be complete some time after its first bytes', () => {
    const timeouts = newTimeouts();
    timeouts.received(1_000);
    expect(timeouts.expired(10_999, partial)).toBeUndefined();
    expect(timeouts.expired(11_000, partial)).toBe('incomplete');
  });

  test('gets no more time by a byte now and then', () => {
    const timeouts = newTimeouts();
    for (let now = 1_000; now <= 10_000; now += 100) {
      timeouts.received(now);
      expect(timeouts.expired(now, partial)).toBeUndefined();
    }
    expect(timeouts.expired(11_000, partial)).toBe('incomplete');
  });

  test('is counted anew after one that was complete', () => {
    const timeouts = newTimeouts();
    timeouts.received(1_000);
    timeouts.expired(5_000, QUIET);
    timeouts.received(9_000);
    expect(timeouts.expired(18_999, partial)).toBeUndefined();
    expect(timeouts.expired(19_000, partial)).toBe('incomplete');
  });

  test('is the business of its request while one runs', () => {
    const timeouts = newTimeouts();
    timeouts.received(1_000);
    expect(timeouts.expired(60_000, { ...partial, busy: true })).toBeUndefined();
    timeouts.received(60_000);
    expect(timeouts.expired(69_999, partial)).toBeUndefined();
  });
});

describe('a web server that does not read', () => {
  const waiting = { ...QUIET, busy: true, unsent: 1_000 };

  test('is given up after it took no byte for some time', () => {
    const timeouts = newTimeouts();
    expect(timeouts.expired(1_000, waiting)).toBeUndefined();
    expect(timeouts.expired(59_999, waiting)).toBeUndefined();
    expect(timeouts.expired(60_000, waiting)).toBe('stalled');
  });

  test('has that time from when it was opened, not from when the server was', () => {
    const timeouts = newTimeouts(100_000);
    const unread = { ...QUIET, busy: true, unsent: 1 };
    expect(timeouts.expired(159_999, unread)).toBeUndefined();
    expect(timeouts.expired(160_000, unread)).toBe('stalled');
  });

  test('is not given up while it takes a byte now and then', () => {
    const timeouts = newTimeouts();
    for (let now = 0; now < 600_000; now += 50_000) {
      expect(timeouts.expired(now, { ...waiting, sent: now })).toBeUndefined();
    }
  });

  test('is not given up while nothing waits for it', () => {
    const timeouts = newTimeouts();
    expect(timeouts.expired(1e9, { ...waiting, unsent: 0 })).toBeUndefined();
    expect(timeouts.expired(1e9 + 59_999, waiting)).toBeUndefined();
    expect(timeouts.expired(1e9 + 60_000, waiting)).toBe('stalled');
  });

  test('is given up after our FIN as well', () => {
    const timeouts = newTimeouts();
    timeouts.finished(0);
    expect(timeouts.expired(59_999, { ...waiting, finished: true })).toBeUndefined();
    expect(timeouts.expired(60_000, { ...waiting, finished: true })).toBe('stalled');
  });
});

describe('a connection that we have closed', () => {
  const finished = { ...QUIET, finished: true };

  test('waits for the web server for some time', () => {
    const timeouts = newTimeouts();
    timeouts.finished(10_000);
    expect(timeouts.expired(11_999, finished)).toBeUndefined();
    expect(timeouts.expired(12_000, finished)).toBe('lingered');
  });

  test('waits from when everything was sent', () => {
    const timeouts = newTimeouts();
    timeouts.finished(10_000);
    expect(timeouts.expired(30_000, { ...finished, unsent: 5 })).toBeUndefined();
    expect(timeouts.expired(31_999, finished)).toBeUndefined();
    expect(timeouts.expired(32_000, finished)).toBe('lingered');
  });

  test('is neither idle nor incomplete', () => {
    const timeouts = newTimeouts();
    timeouts.received(0);
    timeouts.finished(100_000);
    expect(timeouts.expired(100_001, { ...finished, midRecord: true })).toBeUndefined();
  });
});
