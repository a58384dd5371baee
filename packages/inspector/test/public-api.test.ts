import * as api from '@fcgi-js/inspector';
import * as text from '@fcgi-js/inspector/text';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ConnectionInspector',
    'RecordScanner',
    'RecordingError',
    'TAP_FILE_HEAD',
    'byteCount',
    'decodeLatin1',
    'decodeText',
    'describeRecord',
    'describeScanned',
    'headFields',
    'hideSecret',
    'hideSecretsIn',
    'inspectConnection',
    'isSecretName',
    'protocolStatusName',
    'readRecording',
    'recordName',
    'roleName',
    'secrecyOf',
    'showBytes',
    'startText',
    'toRecord',
    'typeName',
    'withEnvironments',
  ]);
});

test('what makes text for people can be had alone, and is the same', () => {
  expect(Object.keys(text).sort()).toEqual([
    'byteCount',
    'decodeLatin1',
    'decodeText',
    'hideSecret',
    'hideSecretsIn',
    'isSecretName',
    'secrecyOf',
    'showBytes',
    'startText',
    'withEnvironments',
  ]);
  expect(api).toMatchObject(text);
});
