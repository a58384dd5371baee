import type {
  apacheConfig,
  caddyConfig,
  h2oConfig,
  haproxyConfig,
  iisConfig,
  lighttpdConfig,
  nginxConfig,
} from '@fcgi-js/configs';
import { expectTypeOf, test } from 'vitest';

type Options<Configure extends (options: never) => unknown> = Parameters<Configure>[0];
type Nothing = Record<never, never>;
interface Listening {
  listen: string;
}
interface Started {
  app: string;
}

test('a product that starts no programs needs an address', () => {
  expectTypeOf<Listening>().toExtend<Options<typeof nginxConfig>>();
  expectTypeOf<Listening>().toExtend<Options<typeof caddyConfig>>();
  expectTypeOf<Listening>().toExtend<Options<typeof haproxyConfig>>();
  expectTypeOf<Nothing>().not.toExtend<Options<typeof nginxConfig>>();
  expectTypeOf<Started>().not.toExtend<Options<typeof nginxConfig>>();
  expectTypeOf<Started>().not.toExtend<Options<typeof caddyConfig>>();
  expectTypeOf<Started>().not.toExtend<Options<typeof haproxyConfig>>();
});

test('one that connects to nothing needs a program', () => {
  expectTypeOf<Started>().toExtend<Options<typeof iisConfig>>();
  expectTypeOf<Listening>().not.toExtend<Options<typeof iisConfig>>();
});

test('others need either', () => {
  expectTypeOf<Started>().toExtend<Options<typeof lighttpdConfig>>();
  expectTypeOf<Listening>().toExtend<Options<typeof lighttpdConfig>>();
  expectTypeOf<Listening>().toExtend<Options<typeof h2oConfig>>();
  expectTypeOf<Nothing>().not.toExtend<Options<typeof h2oConfig>>();
});

test('with Apache it is the module that decides', () => {
  type Apache = Options<typeof apacheConfig>;
  expectTypeOf<Listening & { module: 'proxy_fcgi' }>().toExtend<Apache>();
  expectTypeOf<Started & { module: 'proxy_fcgi' }>().not.toExtend<Apache>();
  expectTypeOf<Started & { module: 'fcgid' }>().toExtend<Apache>();
  expectTypeOf<Listening & { module: 'fcgid' }>().not.toExtend<Apache>();
  expectTypeOf<Listening & { module: 'fastcgi' }>().toExtend<Apache>();
  expectTypeOf<Started & { module: 'fastcgi' }>().toExtend<Apache>();
});
