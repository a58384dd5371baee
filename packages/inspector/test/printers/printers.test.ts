import { type Observation, RecordScanner, secrecyOf } from '@fcgi-js/inspector';
import {
  countObservation,
  type PrinterColors,
  type PrinterOutput,
  type RecordingPrinter,
  type RecordingPrinterOptions,
  RecordJson,
  RecordTable,
  RecordTrace,
  TapJson,
  TapLines,
  type TapPrinterOptions,
} from '@fcgi-js/inspector/printers';
import { RequestLog } from '@fcgi-js/inspector/tap';
import { messageText } from '@fcgi-js/inspector/text';
import { describe, expect, test } from 'vitest';
import { ConnectionInspector } from '../../src/connection-inspector.ts';
import { toRecord } from '../../src/records/describe-scanned.ts';

const plain = (text: string) => text;
const colors: PrinterColors = {
  bold: plain,
  cyan: plain,
  dim: plain,
  green: plain,
  red: plain,
  yellow: plain,
};

/** BEGIN_REQUEST, PARAMS `REQUEST_URI=/a\x1b` and `HTTP_COOKIE=s=1`, their end, the end of STDIN. */
const asked = Buffer.from(
  '0101000100080000 0001000000000000 0104000100200000 0b03524551554553545f5552492f611b 0b03485454505f434f4f4b4945733d31 0104000100000000 0105000100000000'.replaceAll(
    ' ',
    '',
  ),
  'hex',
);
const answered = Buffer.concat([
  Buffer.from('01060001000f0000', 'hex'),
  Buffer.from('Status: 404\r\n\r\n'),
  Buffer.from('0103000100080000 0000000000000000'.replaceAll(' ', ''), 'hex'),
]);

function observe(see: (observation: Observation) => void): void {
  const inspector = new ConnectionInspector('both');
  for (const observation of inspector.push('to-application', asked)) see(observation);
  for (const observation of inspector.push('from-application', answered)) see(observation);
}

describe.each<[string, (output: PrinterOutput, options: RecordingPrinterOptions) => RecordingPrinter]>([
  ['table', (output, options) => new RecordTable(output, options)],
  ['JSON', (output, options) => new RecordJson(output, options)],
])('a recording as %s', (_name, make) => {
  function printed(options: RecordingPrinterOptions): string {
    let text = '';
    const printer = make({ colors, write: (more) => (text += more) }, options);
    const counts = { connections: 1, errors: 0, notices: 0, records: 0, requests: 0 };
    printer.connection(undefined);
    observe((observation) => {
      countObservation(counts, observation);
      printer.observe(observation, undefined);
    });
    printer.summary(counts);
    expect(counts).toMatchObject({ errors: 0, records: 6, requests: 1 });
    return text;
  }

  test('has params and heads, hides secrets, and has nothing that a terminal obeys', () => {
    const text = printed({ params: true });
    expect(text).toMatch(/REQUEST_URI/);
    expect(text).toMatch(/404/);
    expect(text).not.toMatch(/s=1/);
    expect(messageText(text)).toBe(text);
    expect(printed({ params: true, showSecrets: true })).toMatch(/s=1/);
    expect(printed({ params: false })).not.toMatch(/REQUEST_URI/);
  });
});

describe.each([
  ['lines', (output: PrinterOutput, options: TapPrinterOptions) => new TapLines(output, options)],
  ['JSON', (output: PrinterOutput, options: TapPrinterOptions) => new TapJson(output, options)],
])('passing traffic as %s', (_name, make) => {
  function printed(options: TapPrinterOptions): string {
    let text = '';
    const log = new RequestLog(1, make({ colors, write: (more) => (text += more) }, options));
    log.passes('to-application', asked, 0);
    log.passes('from-application', answered, 1);
    log.close(2);
    return text;
  }

  test('is one line for each request, and with records one for each of them', () => {
    const lines = printed({}).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('404'))).toHaveLength(1);
    expect(printed({ records: true }).trimEnd().split('\n').length).toBe(lines.length + 6);
    const all = printed({ heads: true, params: true, records: true });
    expect(all).not.toMatch(/s=1/);
    expect(messageText(all)).toBe(all);
  });
});

test('records of a client are traced with each param on a line of its own', () => {
  let text = '';
  const trace = new RecordTrace({ colors, write: (more) => (text += more) }, secrecyOf({}));
  const scanner = new RecordScanner();
  scanner.push(asked);
  for (let scanned = scanner.next(); scanned !== undefined; scanned = scanner.next()) {
    const record = scanned.kind === 'record' ? toRecord(scanned) : undefined;
    if (record !== undefined) trace.show({ connection: 1, direction: 'sent', record });
  }
  expect(text).toMatch(/^> BEGIN_REQUEST id 1 {2}RESPONDER/);
  expect(text).toContain('\n>   REQUEST_URI=/a\\x1b\n');
  expect(text).not.toContain('s=1');
});
