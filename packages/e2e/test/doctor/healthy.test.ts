import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { examine } from '../../src/doctor/run-doctor.ts';
import { HttpClient } from '../../src/http.ts';
import { type Launcher, type Setup, startSetup, type Transport } from '../../src/setup.ts';
import { startApacheFcgid, startApacheHtaccess, startApacheProxy } from '../../src/web-servers/apache.ts';
import { startCaddy } from '../../src/web-servers/caddy.ts';
import { startH2o } from '../../src/web-servers/h2o.ts';
import { startHaproxy } from '../../src/web-servers/haproxy.ts';
import { startLighttpd } from '../../src/web-servers/lighttpd.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';

/** A web server with the configuration that `@fcgi-js/configs` prints, and ways to start the application. */
interface Product {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  readonly start: Setup['start'];
  /** Its configuration in the scratch folder. */
  readonly config: string;
  /** Its error log in the scratch folder, where it is a file. */
  readonly log?: string;
  readonly ways: ReadonlyArray<readonly [Launcher, Transport]>;
}

const listening = [
  ['node', 'unix'],
  ['node', 'tcp'],
  ['spawn-fcgi', 'unix'],
] as const;
const started = ['web server', 'unix'] as const;

const products: readonly Product[] = [
  {
    name: 'nginx',
    programs: ['nginx'],
    start: startNginx,
    config: 'nginx.conf',
    log: 'nginx-error.log',
    ways: listening,
  },
  {
    name: 'Apache with mod_proxy_fcgi',
    programs: ['apache2'],
    start: startApacheProxy,
    config: 'apache.conf',
    log: 'apache-error.log',
    ways: listening,
  },
  {
    name: 'Apache with mod_fcgid',
    programs: ['apache2', 'mod_fcgid'],
    start: startApacheFcgid,
    config: 'apache.conf',
    log: 'apache-error.log',
    ways: [started],
  },
  {
    name: 'Apache with .htaccess',
    programs: ['apache2', 'mod_fcgid'],
    start: startApacheHtaccess,
    config: 'apache.conf',
    log: 'apache-error.log',
    ways: [started],
  },
  {
    name: 'lighttpd',
    programs: ['lighttpd'],
    start: startLighttpd,
    config: 'lighttpd.conf',
    log: 'lighttpd-error.log',
    ways: [...listening, started],
  },
  { name: 'Caddy', programs: ['caddy'], start: startCaddy, config: 'Caddyfile', ways: listening },
  {
    name: 'h2o',
    programs: ['h2o'],
    start: startH2o,
    config: 'h2o.conf',
    log: 'h2o-error.log',
    ways: [...listening, started],
  },
  { name: 'HAProxy', programs: ['haproxy'], start: startHaproxy, config: 'haproxy.cfg', ways: listening },
];

const cases = products.flatMap(({ ways, ...product }) =>
  ways.map(([launcher, transport]) => ({ ...product, launcher, transport })),
);

describe.each(cases)('$name, application started by $launcher on $transport', (deployment) => {
  const { config, launcher, log, name, programs, start, transport } = deployment;
  const missing = skipReason(...programs, ...(launcher === 'spawn-fcgi' ? (['spawn-fcgi'] as const) : []));
  if (missing !== undefined) {
    test.skip(missing);
    return;
  }

  test('has nothing that the doctor could find', async () => {
    const running = await startSetup({ name, programs, start, launcher, transport });
    onTestFinished(() => running.stop());
    expect((await new HttpClient(running.url).request('/')).status).toBe(200);
    const logs = log === undefined ? [] : ['--log', join(running.folder, log)];
    const words = ['--config', join(running.folder, config), '--env', `PATH=${process.env['PATH']}`, ...logs];
    // The doctor finds the application in the configuration, unless that names none.
    const target = start === startApacheHtaccess ? [join(running.folder, 'express-app.fcgi')] : [];
    const { findings, looked } = await examine([...target, ...words]);
    expect(findings).toEqual([]);
    expect(looked).toContain('the answer to a request: status 200');
  });
});
