import * as api from '@fcgi-js/conformance';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ConformanceError',
    'badgeOf',
    'checkLine',
    'checks',
    'htmlReport',
    'junitReport',
    'readExpectedFailures',
    'resultText',
    'runConformance',
    'summaryText',
  ]);
});
