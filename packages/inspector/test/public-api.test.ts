import * as api from '@fcgi-js/inspector';
import * as printers from '@fcgi-js/inspector/printers';
import * as request from '@fcgi-js/inspector/request';
import * as status from '@fcgi-js/inspector/status';
import * as system from '@fcgi-js/inspector/system';
import * as tap from '@fcgi-js/inspector/tap';
import * as text from '@fcgi-js/inspector/text';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'ConnectionInspector',
    'InspectorError',
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
  const { byteSize, clock, escapeLogText, jsonText, messageText, ...shared } = text;
  expect(Object.keys(shared).sort()).toEqual([
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
  expect(api).toMatchObject(shared);
  expect([byteSize, clock, escapeLogText, jsonText, messageText].map((each) => typeof each)).toEqual(
    Array.from({ length: 5 }, () => 'function'),
  );
});

test('what sits between web server and application has an entry of its own', () => {
  expect(Object.keys(tap).sort()).toEqual(['KeptStderr', 'Relay', 'RequestLog', 'Tap', 'TapFileWriter']);
});

test('what reads /proc has an entry of its own', () => {
  expect(Object.keys(system).sort()).toEqual(['readProc', 'socketsOf', 'tcpListeners', 'unixSockets']);
});

test('what prints traffic, describes requests and reads status pages has entries of their own', () => {
  expect(Object.keys(printers).sort()).toEqual([
    'RecordJson',
    'RecordTable',
    'RecordTrace',
    'TapJson',
    'TapLines',
    'countObservation',
  ]);
  expect(Object.keys(request).sort()).toEqual(['hintFor', 'hintForStderr', 'pathParams', 'requestParams']);
  expect(Object.keys(status).sort()).toEqual([
    'isStatus',
    'poolsOf',
    'ratesBetween',
    'readStatus',
    'watchStatus',
    'workersOf',
  ]);
});
