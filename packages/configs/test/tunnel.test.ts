import { ConfigError, tunnelConfigs, wireguardConfigs } from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';

const tunnel = { app: 'unix:/run/app.sock', listen: '10.0.0.1:9443', product: 'stunnel' } as const;
const key = `${'A'.repeat(43)}=`;
const host = { address: '10.78.0.1', endpoint: '192.0.2.1:51820', publicKey: key };

/** The option that a ConfigError names. */
function refused(configure: () => unknown): string | undefined {
  try {
    configure();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).option;
  }
  return undefined;
}

describe.each(['haproxy', 'stunnel'] as const)('a tunnel of %s', (product) => {
  test('leads from an address of the web server to the application', () => {
    const { application, webServer } = tunnelConfigs({ ...tunnel, product, local: '127.0.0.1:9007' });
    expect(webServer).toContain('127.0.0.1:9007');
    expect(webServer).toContain('10.0.0.1:9443');
    expect(application).toContain('10.0.0.1:9443');
    expect(application).toContain('/run/app.sock');
  });
});

test.each<[string, object]>([
  ['product', { product: 'ssh' }],
  ['app', { app: '10.0.0.1:9000' }],
  ['local', { local: '0.0.0.0:9000' }],
  ['listen', { listen: 'unix:/run/tunnel.sock' }],
  ['folder', { folder: 'certificates' }],
  ['folder', { folder: '/etc/a b' }],
  ['folder', { folder: '/etc/a\nclient = no' }],
  ['name', { name: 'a]' }],
  ['certificate', { certificate: '/etc/a.pem' }],
])('a tunnel with a wrong "%s" is refused: %j', (option, change) => {
  expect(refused(() => tunnelConfigs({ ...tunnel, ...change } as typeof tunnel))).toBe(option);
});

test('each end of WireGuard has its own address, and the key of the other one', () => {
  const other = { ...host, address: '10.78.0.100', publicKey: `B${key.slice(1)}` };
  const { application, webServer } = wireguardConfigs({ application: host, webServer: other });
  expect(application).toMatch(
    /Address = 10\.78\.0\.1\/32.*PublicKey = BA+=.*AllowedIPs = 10\.78\.0\.100\/32/s,
  );
  expect(webServer).toMatch(/Address = 10\.78\.0\.100\/32.*PublicKey = A+=.*AllowedIPs = 10\.78\.0\.1\/32/s);
});

test.each<[string, object]>([
  ['webServer.publicKey', { publicKey: 'secret' }],
  ['webServer.address', { address: 'fe80::1' }],
  ['webServer.endpoint', { endpoint: '/run/a' }],
  ['webServer.privateKey', { privateKey: key }],
])('WireGuard with a wrong "%s" is refused', (option, change) => {
  expect(refused(() => wireguardConfigs({ application: host, webServer: { ...host, ...change } }))).toBe(
    option,
  );
});
