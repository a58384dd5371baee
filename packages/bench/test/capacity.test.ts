import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../src/args.ts';
import { parseCapacityArguments } from '../src/capacity/args.ts';
import { capacity, describe as describeScenario } from '../src/capacity/cli.ts';
import { fillCapacityPage } from '../src/capacity/page.ts';
import { perCore, rateOf, webServerCores, webServerLimit } from '../src/capacity/plan.ts';
import { simulate } from '../src/capacity/simulate.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const read = (name: string) => readFile(join(docs, name), 'utf8');

test('docs/capacity.md has what follows from the figures', async () => {
  const [page, performance, measured] = await Promise.all(
    ['capacity.md', 'performance.json', 'capacity.json'].map(read),
  );
  // `pnpm capacity --redraw` makes it again.
  expect(page).toBe(fillCapacityPage(page!, JSON.parse(performance!), JSON.parse(measured!)));
});

describe('a plan', () => {
  const plan = { application: 5_000, cores: 8, load: 0.5, webServer: 25 };

  test('has as many requests as cores have time for', () => {
    expect(perCore(5_000, 0.5)).toBe(100);
    expect(rateOf(plan, 3)).toBe(2_400);
  });

  test('knows where the web server becomes the limit: with as many cores as a host', () => {
    expect(webServerLimit(plan)).toBe(200);
    expect(webServerCores(plan, rateOf(plan, 200))).toBe(plan.cores);
  });
});

describe('the command line', () => {
  test('simulates what it says, in seconds', () => {
    const args = ['--hosts', '3', '--service', '20', '--fail', '1,2.5,0', '--policy', 'round-robin'];
    expect(parseCapacityArguments(args)).toEqual({
      do: 'simulate',
      scenario: {
        backlog: 511,
        distribution: 'lognormal',
        failure: { at: 1, back: 2.5, wait: 0 },
        hosts: 3,
        policy: 'round-robin',
        rate: 1_000,
        requests: 100_000,
        seed: 1,
        service: 0.02,
        workers: 8,
      },
    });
  });

  test.each([
    [['--hosts', '0'], '--hosts takes a number above 0'],
    [['--rate', 'many'], '--rate takes a number'],
    [['--policy', 'best'], 'There is no policy "best": least-connections'],
    [['--distribution', 'toString'], 'There is no distribution "toString": constant'],
    [['--fail', '1,2'], '--fail takes three times'],
    [['--fail', '2,1,0'], '--fail takes three times'],
    [['--speed', '1'], '--speed'],
  ])('%j is refused with the reason', async (argv, reason) => {
    expect(() => parseCapacityArguments(argv)).toThrow(UsageError);
    const said: string[] = [];
    expect(await capacity(argv, (text) => said.push(text))).toBe(2);
    expect(said.join('\n')).toContain(reason);
  });

  test('prints what became of the requests', async () => {
    const argv = ['--hosts', '2', '--workers', '1', '--rate', '100', '--requests', '1000'];
    const said: string[] = [];
    expect(await capacity(argv, (text) => said.push(text))).toBe(0);
    const args = parseCapacityArguments(argv);
    if (args.do !== 'simulate') throw new Error('nothing is simulated');
    expect(said).toEqual([describeScenario(args.scenario)]);
    expect(said[0]).toContain('2 hosts with 1 workers, busy 25 % of the time');
    const { times } = simulate(args.scenario);
    expect(said[0]).toContain(`longest ${((times.at(-1) ?? 0) * 1_000).toFixed(1)} ms`);
    expect(said[0]).toContain('1000 requests: 1000 answered, 0 lost, 0 refused, 0 sent to another host');
  });

  test('tells how it is used', async () => {
    const said: string[] = [];
    expect(await capacity(['--help'], (text) => said.push(text))).toBe(0);
    expect(said[0]).toContain('pnpm capacity');
  });
});
