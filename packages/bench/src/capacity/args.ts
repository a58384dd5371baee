import { parseArgs } from 'node:util';
import { UsageError } from '../args.ts';
import { policies } from './balancer.ts';
import { type Distribution, distributions } from './random.ts';
import type { Failure, Scenario } from './simulate.ts';

/** What the command line asks for. */
export type CapacityArguments =
  | { readonly do: 'help' | 'measure' | 'redraw' | 'try' }
  | { readonly do: 'simulate'; readonly scenario: Scenario };

const options = {
  backlog: { type: 'string', default: '511' },
  distribution: { type: 'string', default: 'lognormal' },
  docs: { type: 'boolean' },
  fail: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  hosts: { type: 'string', default: '10' },
  policy: { type: 'string', default: 'least-connections' },
  rate: { type: 'string', default: '1000' },
  redraw: { type: 'boolean' },
  requests: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  service: { type: 'string', default: '5' },
  smoke: { type: 'boolean' },
  workers: { type: 'string', default: '8' },
} as const;

/** The text of `--help`. */
export const usage = `pnpm capacity [OPTION…]

Simulates an application on several hosts behind a web server: how long requests take, and which are lost.

  --hosts N            hosts, default 10
  --workers N          workers on each, default 8
  --service MS         milliseconds for which a request keeps a worker busy, on average, default 5
  --distribution NAME  of these times: ${Object.keys(distributions).join(', ')}; default lognormal
  --rate N             requests per second of all browsers together, default 1000
  --policy NAME        by what the web server chooses: ${policies.join(', ')}; default least-connections
  --backlog N          requests that may wait on each host, default 511
  --fail AT,BACK,WAIT  a host goes and comes back, in seconds, and how long a connection to it is waited for
  --requests N         how many are simulated, default 100000
  --seed N             of the random numbers, default 1

  --docs               measures nginx and an application for docs/capacity.md, which gets the figures; two minutes
  --smoke              the same at a tiny size, written nowhere: whether it works
  --redraw             nothing but that page again, from the figures that are there
`;

/**
 * Reads the command line.
 *
 * @throws UsageError where it makes no sense
 */
export function parseCapacityArguments(argv: readonly string[]): CapacityArguments {
  const values = parse(argv);
  if (values.help) return { do: 'help' };
  if (values.docs) return { do: 'measure' };
  if (values.smoke) return { do: 'try' };
  if (values.redraw) return { do: 'redraw' };
  const { distribution, policy } = values;
  const chosen = policies.find((one) => one === policy);
  if (chosen === undefined) throw new UsageError(`There is no policy "${policy}": ${policies.join(', ')}.`);
  if (!isDistribution(distribution)) {
    throw new UsageError(
      `There is no distribution "${distribution}": ${Object.keys(distributions).join(', ')}.`,
    );
  }
  return {
    do: 'simulate',
    scenario: {
      backlog: numberOf('backlog', values.backlog),
      distribution,
      failure: values.fail === undefined ? undefined : failureOf(values.fail),
      hosts: positive('hosts', values.hosts),
      policy: chosen,
      rate: positive('rate', values.rate),
      requests: positive('requests', values.requests),
      seed: numberOf('seed', values.seed),
      service: positive('service', values.service) / 1_000,
      workers: positive('workers', values.workers),
    },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isDistribution(name: string): name is Distribution {
  return Object.hasOwn(distributions, name);
}

function failureOf(text: string): Failure {
  const [at, back, wait, ...others] = text.split(',').map((part) => numberOf('fail', part));
  if (at === undefined || back === undefined || wait === undefined || others.length > 0 || back < at) {
    throw new UsageError(
      '--fail takes three times in seconds: when a host goes, when it is back, how long a connection waits.',
    );
  }
  return { at, back, wait };
}

function positive(name: string, text: string): number {
  const value = numberOf(name, text);
  if (value > 0) return value;
  throw new UsageError(`--${name} takes a number above 0.`);
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) return Number(text);
  throw new UsageError(`--${name} takes a number.`);
}
