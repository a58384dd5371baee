import { ConfigError } from '@fcgi-js/configs';
import { blankChoice, type Choice, type Field, optionsOf, type Start } from './choice.ts';
import type { Product } from './products.ts';

/** What a product can do, with one way of starting. */
export interface Abilities {
  readonly fields: ReadonlySet<Field>;
  /** Addresses without which it cannot do anything; those of the example. */
  readonly listen: readonly string[];
  /** Whether `listen` may have several addresses. */
  readonly severalAddresses: boolean;
}

const SOCKET = 'unix:/run/app.sock';

/** For each field something that shows in the text, if the product can do it at all. */
const samples: { readonly [F in Field]: Choice[F] } = {
  arguments: '--verbose',
  authorizer: '/protected',
  backups: ['unix:/run/reserve.sock'],
  bind: '8080',
  environment: 'NODE_ENV=production',
  folder: '/srv',
  group: 'www-data',
  'healthCheck.interval': '7',
  'healthCheck.path': '/health',
  keepAlive: false,
  listen: ['unix:/run/another.sock'],
  maxBodySize: '10',
  mount: '/yourapplication',
  multiplex: true,
  name: 'another',
  processes: '4',
  program: '/srv/app/another.js',
  requestBuffers: '7',
  serverName: 'example.org',
  slowStart: '7',
  socketGroup: 'another',
  static: [{ folder: '/srv/app/static', prefix: '/static' }],
  'timeouts.connect': '7',
  'timeouts.idle': '7',
  'timeouts.response': '7',
  'timeouts.upload': '7',
  upgradePath: '/ws',
  upgradeSocket: 'unix:/run/app.upgrade.sock',
  user: 'www-data',
};

/** What a field does nothing without, with some products. */
const companions: { readonly [F in Field]?: Partial<Choice> } = {
  upgradePath: { upgradeSocket: samples.upgradeSocket },
  upgradeSocket: { upgradePath: samples.upgradePath },
};

/** The ways of starting that a product has. */
export function startsOf(product: Product): readonly Start[] {
  return (['listen', 'app'] as const).filter((start) => plainest(product, start) !== undefined);
}

/** Found by asking the product itself: what it refuses, or what leaves no trace in its text, it has not. */
export function abilitiesOf(product: Product, start: Start): Abilities {
  const plain = plainest(product, start);
  if (plain === undefined) throw new Error(`${product.id} cannot do "${start}"`);
  const shows = (change: Partial<Choice>) => {
    const text = attempt(product, { ...plain, ...change });
    return text !== undefined && text !== attempt(product, plain);
  };
  const fields = (Object.keys(samples) as Field[]).filter((field) =>
    field === 'program'
      ? start === 'app'
      : [{}, companions[field] ?? {}].some((more) => shows({ ...more, [field]: sampleOf(product, field) })),
  );
  const isService = product.kind === 'Process managers';
  return {
    fields: new Set(fields),
    listen: start === 'listen' || isService || plain.listen.length > 0 ? [SOCKET] : [],
    severalAddresses: fields.includes('listen') && shows({ listen: ['127.0.0.1:9000', '127.0.0.1:9001'] }),
  };
}

/** On TCP where it must have an address, as some can do less with sockets. A process manager opens a Unix socket. */
function plainest(product: Product, start: Start): Choice | undefined {
  const started = product.kind === 'Process managers' ? [[SOCKET]] : [[], [SOCKET]];
  const addresses = start === 'listen' ? [['127.0.0.1:9000']] : started;
  return addresses
    .map((listen) => ({ ...blankChoice(product, start), listen }))
    .find((choice) => attempt(product, choice) !== undefined);
}

/** A `.htaccess` wants its files below its own folder. */
function sampleOf({ example }: Product, field: Field): unknown {
  if (field !== 'static') return samples[field];
  const home = example[0]?.replace(/\/[^/]*$/, '');
  return [{ folder: `${home}/static`, prefix: '/static' }];
}

function attempt(product: Product, choice: Choice): string | undefined {
  try {
    const files = product.print(optionsOf(choice), choice.name || 'app');
    return files.map(({ text }) => text).join('');
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
