import type { ApplicationOptions, HealthCheckOptions, StaticOptions, TimeoutOptions } from '@fcgi-js/configs';
import { type Options, type Product, products } from './products.ts';

/** What stands in the form. Empty text is the default of the product. */
export interface Choice {
  /** One a line. */
  readonly arguments: string;
  readonly authorizer: string;
  readonly backups: readonly string[];
  readonly bind: string;
  /** One `NAME=value` a line. */
  readonly environment: string;
  readonly folder: string;
  readonly group: string;
  /** In seconds. */
  readonly 'healthCheck.interval': string;
  readonly 'healthCheck.path': string;
  readonly keepAlive: boolean;
  readonly listen: readonly string[];
  /** In MiB, or `Infinity`. */
  readonly maxBodySize: string;
  readonly mount: string;
  readonly multiplex: boolean;
  readonly name: string;
  readonly processes: string;
  readonly product: string;
  readonly program: string;
  /** In MiB, or 0. */
  readonly requestBuffers: string;
  /** With blanks between them. */
  readonly serverName: string;
  /** In seconds. */
  readonly slowStart: string;
  readonly socketGroup: string;
  /** Whether there is an address to connect to, or a program to start. */
  readonly start: Start;
  readonly static: readonly StaticOptions[];
  /** In seconds. */
  readonly 'timeouts.connect': string;
  readonly 'timeouts.idle': string;
  readonly 'timeouts.response': string;
  readonly 'timeouts.upload': string;
  readonly upgradePath: string;
  readonly upgradeSocket: string;
  readonly user: string;
}

export type Start = 'app' | 'listen';

/** What the form asks for, beside the product and the way of starting. */
export type Field = Exclude<keyof Choice, 'product' | 'start'>;

/** Nothing chosen but the product, its example, and the way of starting. */
export function blankChoice({ example, id }: Product, start: Start): Choice {
  const [program = '', ...words] = example;
  return {
    arguments: words.join('\n'),
    authorizer: '',
    backups: [],
    bind: '',
    environment: '',
    folder: '',
    group: '',
    'healthCheck.interval': '',
    'healthCheck.path': '',
    keepAlive: true,
    listen: [],
    maxBodySize: '',
    mount: '',
    multiplex: false,
    name: '',
    processes: '',
    product: id,
    program,
    requestBuffers: '',
    serverName: '',
    slowStart: '',
    socketGroup: '',
    start,
    static: [],
    'timeouts.connect': '',
    'timeouts.idle': '',
    'timeouts.response': '',
    'timeouts.upload': '',
    upgradePath: '',
    upgradeSocket: '',
    user: '',
  };
}

/** nginx for a product that there is not. */
export function productOf(id: string): Product {
  return products.find((product) => product.id === id) ?? (products[0] as Product);
}

/** The options that a choice stands for. Nothing is checked: `@fcgi-js/configs` says what is wrong. */
export function optionsOf(choice: Choice): Options {
  const listen = addresses(choice.listen);
  const backups = addresses(choice.backups);
  const hosts = words(choice.serverName, /[\s,]+/);
  const check = healthCheck(choice);
  const limits = timeouts(choice);
  return {
    ...(choice.start === 'app' && { app: application(choice) }),
    ...(choice.authorizer !== '' && { authorizer: choice.authorizer }),
    ...(backups.length > 0 && { backups: oneOrAll(backups) }),
    ...(choice.bind !== '' && { bind: choice.bind }),
    ...(Object.keys(check).length > 0 && { healthCheck: check }),
    ...(!choice.keepAlive && { keepAlive: false }),
    ...(listen.length > 0 && { listen: oneOrAll(listen) }),
    ...(choice.maxBodySize !== '' && { maxBodySize: Number(choice.maxBodySize) * 2 ** 20 }),
    ...(choice.mount !== '' && { mount: choice.mount }),
    ...(choice.multiplex && { multiplex: true }),
    ...(choice.name !== '' && { name: choice.name }),
    ...(choice.processes !== '' && { processes: Number(choice.processes) }),
    ...(choice.requestBuffers !== '' && { requestBuffers: Number(choice.requestBuffers) * 2 ** 20 }),
    ...(hosts.length > 0 && { serverName: oneOrAll(hosts) }),
    ...(choice.slowStart !== '' && { slowStart: Number(choice.slowStart) * 1_000 }),
    ...(choice.socketGroup !== '' && { socketGroup: choice.socketGroup }),
    ...(choice.static.length > 0 && { static: oneOrAll(choice.static) }),
    ...(Object.keys(limits).length > 0 && { timeouts: limits }),
    ...(choice.upgradePath !== '' && { upgradePath: choice.upgradePath }),
    ...(choice.upgradeSocket !== '' && { upgradeSocket: choice.upgradeSocket }),
  };
}

function addresses(list: readonly string[]): string[] {
  return list.map((address) => address.trim()).filter((address) => address !== '');
}

function healthCheck(choice: Choice): HealthCheckOptions {
  const { 'healthCheck.interval': interval, 'healthCheck.path': path } = choice;
  return {
    ...(interval !== '' && { interval: Number(interval) * 1_000 }),
    ...(path !== '' && { path }),
  };
}

function application(choice: Choice): string | ApplicationOptions {
  const { folder, group, program, user } = choice;
  const command = [program, ...words(choice.arguments, /\n/)];
  const variables = words(choice.environment, /\n/).map((line) => {
    const [name = '', ...value] = line.split('=');
    return [name, value.join('=')] as const;
  });
  const more = {
    ...(variables.length > 0 && { environment: Object.fromEntries(variables) }),
    ...(folder !== '' && { folder }),
    ...(group !== '' && { group }),
    ...(user !== '' && { user }),
  };
  return command.length === 1 && Object.keys(more).length === 0 ? program : { command, ...more };
}

function timeouts(choice: Choice): TimeoutOptions {
  const names = ['connect', 'idle', 'response', 'upload'] as const;
  return Object.fromEntries(
    names
      .map((name) => [name, choice[`timeouts.${name}`]] as const)
      .filter(([, seconds]) => seconds !== '')
      .map(([name, seconds]) => [name, Number(seconds) * 1_000]),
  );
}

function words(text: string, separator: RegExp): string[] {
  return text.split(separator).filter((word) => word !== '');
}

function oneOrAll<T>(list: readonly T[]): T | readonly T[] {
  return list.length === 1 ? (list[0] as T) : list;
}
