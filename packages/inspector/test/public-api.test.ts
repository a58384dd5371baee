import * as api from '@fcgi-js/inspector';
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
