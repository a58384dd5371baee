import * as api from '@fcgi-js/configs';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ConfigError',
    'apacheConfig',
    'caddyConfig',
    'cherokeeConfig',
    'composeFile',
    'containerFile',
    'h2oConfig',
    'haproxyConfig',
    'iisConfig',
    'initScript',
    'kubernetesManifests',
    'lighttpdConfig',
    'nginxConfig',
    'prometheusAdapterRules',
    'supervisorConfig',
    'systemdUnits',
    'tunnelConfigs',
    'wireguardConfigs',
  ]);
});
