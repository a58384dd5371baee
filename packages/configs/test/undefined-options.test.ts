import {
  apacheConfig,
  caddyConfig,
  cherokeeConfig,
  h2oConfig,
  haproxyConfig,
  iisConfig,
  lighttpdConfig,
  nginxConfig,
  type WebServerOptions,
} from '@fcgi-js/configs';
import { expect, test } from 'vitest';

const ABSENT = {
  authorizer: undefined,
  backups: undefined,
  bind: undefined,
  healthCheck: undefined,
  keepAlive: undefined,
  maxBodySize: undefined,
  mount: undefined,
  multiplex: undefined,
  name: undefined,
  processes: undefined,
  serverName: undefined,
  slowStart: undefined,
  static: undefined,
  timeouts: undefined,
} as const satisfies WebServerOptions;

type Absent = Omit<WebServerOptions, 'app' | 'listen'>;

const NO_TIMEOUTS = {
  timeouts: { connect: undefined, idle: undefined, response: undefined, upload: undefined },
};

const listen = '127.0.0.1:9000';
const listening = { listen };

test.each([
  ['apacheConfig', (more: Absent) => apacheConfig({ module: 'proxy_fcgi', ...listening, ...more })],
  ['caddyConfig', (more: Absent) => caddyConfig({ ...listening, ...more })],
  ['cherokeeConfig', (more: Absent) => cherokeeConfig({ ...listening, ...more })],
  ['h2oConfig', (more: Absent) => h2oConfig({ ...listening, ...more })],
  ['haproxyConfig', (more: Absent) => haproxyConfig({ ...listening, ...more })],
  ['lighttpdConfig', (more: Absent) => lighttpdConfig({ ...listening, ...more })],
  ['nginxConfig', (more: Absent) => nginxConfig({ ...listening, ...more })],
  ['iisConfig', (more: Absent) => iisConfig({ app: { command: ['C:\\node.exe', 'C:\\app.js'] }, ...more })],
])('%s takes undefined for an option that is not given, whatever the environment has', (_name, make) => {
  expect(make(ABSENT)).toEqual(make({}));
  expect(make(NO_TIMEOUTS)).toEqual(make({}));
});
