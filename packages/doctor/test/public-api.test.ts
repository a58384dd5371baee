import * as api from '@fcgi-js/doctor';
import * as system from '@fcgi-js/doctor/system';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DoctorError',
    'causeFamilies',
    'diagnose',
    'findingsOf',
    'gatherFacts',
    'lookedAt',
    'reportText',
    'webServerNames',
  ]);
});

test('so does its entry with functions for the system', () => {
  expect(Object.keys(system).sort()).toEqual([
    'Permission',
    'accessWarning',
    'isAllowed',
    'lacksRequestBuffers',
    'pathEntries',
    'startedBy',
    'webServerNames',
  ]);
});
