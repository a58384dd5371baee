import * as api from '@fcgi-js/runner';
import * as command from '@fcgi-js/runner/command';
import * as options from '@fcgi-js/runner/options';
import * as processes from '@fcgi-js/runner/process';
import * as signals from '@fcgi-js/runner/signals';
import { expect, test } from 'vitest';

test('the package exports exactly its public names', () => {
  expect(Object.keys(api).sort()).toEqual(['Runner', 'RunnerError', 'findApplication', 'run']);
});

test('so do its entries for the command', () => {
  expect(Object.keys(command).sort()).toEqual([
    'RunnerError',
    'colorsOf',
    'defined',
    'endProcess',
    'figureText',
    'openFile',
    'outliveReaders',
    'ownMessages',
    'processIo',
    'systemReason',
  ]);
  expect(Object.keys(options).sort()).toEqual([
    'OptionValueError',
    'applicationPort',
    'flagOf',
    'optionList',
    'parseDuration',
    'parsePath',
    'parseSize',
    'printSettings',
    'readSettings',
  ]);
  expect(Object.keys(processes).sort()).toEqual([
    'WorkerPorts',
    'WorkerProcess',
    'findApplication',
    'mountFor',
    'openSocket',
    'runProcess',
    'watchStopSignals',
  ]);
  expect(Object.keys(signals).sort()).toEqual(['holdSignals', 'leadContainer', 'leadsContainer']);
});
