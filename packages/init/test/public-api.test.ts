import * as api from '@fcgi-js/init';
import * as choices from '@fcgi-js/init/choices';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'CONFIG_OPTIONS',
    'DeploymentError',
    'PRODUCTS',
    'STARTS',
    'WEB_SERVERS',
    'answerProblem',
    'checkFiles',
    'configFlag',
    'configOptions',
    'makeFiles',
    'makePlan',
    'missingAnswers',
    'webServer',
    'webServersFor',
    'withDefaultAnswers',
  ]);
});

test('what can be chosen can be had alone, and is the same', () => {
  expect(Object.keys(choices).sort()).toEqual([
    'CONFIG_OPTIONS',
    'PRODUCTS',
    'STARTS',
    'WEB_SERVERS',
    'configOptions',
  ]);
  expect(api).toMatchObject(choices);
});
