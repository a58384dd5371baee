import * as api from '@fcgi-js/dev';
import * as trial from '@fcgi-js/dev/trial';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual(['DevError', 'startDev']);
});

test('the gateway for trying has an entry of its own', () => {
  expect(Object.keys(trial).sort()).toEqual(['openTrialGateway']);
});
