import { expect, test } from 'vitest';
import { checks, runConformance } from '../src/index.ts';
import { Reference } from './support/reference.ts';

test('a simple application that does what the specification says passes every check', async () => {
  const reference = new Reference();
  const address = await reference.listen();
  try {
    const { results } = await runConformance({ target: { address } });
    const others = results.filter(({ outcome }) => outcome !== 'passed');
    expect(others.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`)).toEqual([]);
    expect(results.map(({ id }) => id)).toEqual(
      checks.flatMap(({ id, subject }) => (subject === 'application' ? [id] : [])),
    );
  } finally {
    reference.die();
  }
});
