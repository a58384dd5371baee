import { describe, expect, test } from 'vitest';
import { runConformance } from '../src/index.ts';
import { faults } from './support/faults.ts';
import { Reference } from './support/reference.ts';

/** Milliseconds in which a reference in this process, or one with a fault, says what it has to say. */
const TIMEOUT = 1_000;

test('every fault has a name of its own', () => {
  expect(new Set(faults.map(([name]) => name)).size).toBe(faults.length);
});

describe.concurrent('a reference with the fault', () => {
  test.each(faults)('%s is found by check %i', async (fault, id) => {
    const mutant = new Reference(fault);
    const address = await mutant.listen();
    try {
      const { results } = await runConformance({ only: [id], target: { address }, timeout: TIMEOUT });
      expect(results).toMatchObject([{ id, outcome: 'failed' }]);
    } finally {
      mutant.die();
    }
  });
});
