import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { join, type PcapSegment, pairs, pcap, record } from 'test-support';
import { expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { FCGI, FcgiProcess, runFcgi } from './support/fcgi-process.ts';

import { temporaryFolder } from './support/temporary-folder.ts';
import { runMain } from './support/test-io.ts';

const PARAMS = pairs([
  ['REQUEST_METHOD', 'POST'],
  ['REQUEST_URI', '/ü\x1b'],
  ['CONTENT_LENGTH', '5'],
  ['HTTP_COOKIE', 'session=1'],
]);
const request = join(
  record(1, 1, [0, 1, 0, 0, 0, 0, 0, 0]),
  record(4, 1, PARAMS),
  record(4, 1),
  record(5, 1, 'hello'),
  record(5, 1),
);
const HEAD = 'Status: 404 Not Found\r\nSet-Cookie: a=b\r\n\r\n';
const response = join(
  record(7, 1, 'looked\neverywhere'),
  record(7, 1),
  record(6, 1, `${HEAD}not\0here`),
  record(6, 1),
  record(3, 1, [0, 0, 0, 7, 0, 0, 0, 0]),
);

const REQUEST_TABLE = `    OFFSET   TYPE                 ID LENGTH PAD
         0 > BEGIN_REQUEST         1      8   0  RESPONDER, close after it
        16 > PARAMS                1     75   0  75 bytes
             REQUEST_METHOD=POST
             REQUEST_URI=/ü\\x1b
             CONTENT_LENGTH=5
             HTTP_COOKIE=(9 characters, hidden)
        99 > PARAMS                1      0   0  end of the stream
       107 > STDIN                 1      5   0  5 bytes
       120 > STDIN                 1      0   0  end of the stream

5 records, 1 request: nothing is wrong
`;

test('a stream from the web server is a table of records with their params', async () => {
  expect(await runMain(['decode'], { stdin: request })).toEqual({
    status: 0,
    stderr: '',
    stdout: REQUEST_TABLE,
  });
});

test('a stream from the application is known by its records; content and secrets are shown on demand', async () => {
  const argv = ['decode', '--content', '--show-secrets'];
  expect(await runMain(argv, { stdin: response })).toEqual({
    status: 0,
    stderr: '',
    stdout: `    OFFSET   TYPE                 ID LENGTH PAD
         0 < STDERR                1     17   0  17 bytes
             looked
             everywhere
             | looked\\neverywhere
        25 < STDERR                1      0   0  end of the stream
        33 < STDOUT                1     50   0  50 bytes
             Status: 404 Not Found
             Set-Cookie: a=b
             | Status: 404 Not Found\\r\\nSet-Cookie: a=b\\r\\n\\r\\nnot\\x00here
        91 < STDOUT                1      0   0  end of the stream
        99 < END_REQUEST           1      8   0  REQUEST_COMPLETE, appStatus 7

5 records, 0 requests: nothing is wrong
`,
  });
});

test('what is wrong stands below its record and makes the exit status 1', async () => {
  const wrong = join(request.subarray(0, 107), record(5, 1, 'hell'), record(5, 1), 'Oops\n');
  const outcome = await runMain(['decode', '--no-params'], { stdin: wrong });
  expect(outcome).toMatchObject({ status: 1, stderr: '' });
  expect(outcome.stdout).toContain(`
       119 > STDIN                 1      0   0  end of the stream
             error at byte 119: CONTENT_LENGTH announces 5 bytes, but STDIN has 4. (FastCGI 1.0 §6.2)
       127 > (cut)                        5      Oops\\n
             error at byte 127: The stream ends after 5 of 8 bytes of a header. (FastCGI 1.0 §3.3)

5 records, 1 request: 2 errors
`);
});

test('JSON is one line for each record and a summary', async () => {
  const outcome = await runMain(['decode', '--json'], { stdin: request });
  const lines = outcome.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toEqual({
    contentLength: 8,
    direction: 'to-application',
    findings: [],
    flags: 0,
    kind: 'record',
    offset: 0,
    paddingLength: 0,
    requestId: 1,
    role: 1,
    type: 1,
    typeName: 'BEGIN_REQUEST',
  });
  expect(lines[1]).toMatchObject({
    params: [
      ['REQUEST_METHOD', 'POST'],
      ['REQUEST_URI', '/ü\x1b'],
      ['CONTENT_LENGTH', '5'],
      ['HTTP_COOKIE', '(9 characters, hidden)'],
    ],
  });
  expect(lines[5]).toEqual({
    kind: 'summary',
    connections: 1,
    errors: 0,
    notices: 0,
    records: 5,
    requests: 1,
  });
});

/** 40 lines of hexdump that it writes as one and an asterisk. */
const uniform = join(request.subarray(0, 107), record(5, 1, 'A'.repeat(640)), record(5, 1));

test.each([
  ['digits', (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')],
  ['pairs of digits', (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').replace(/../g, '$& ')],
  [
    'escapes',
    (bytes: Uint8Array) => `"${Buffer.from(bytes).toString('hex').replace(/../g, '\\x$&')}"`.slice(1),
  ],
  ['xxd', xxd],
  ['hexdump -C', hexdump],
])('%s stand for the bytes', async (_name, write) => {
  for (const bytes of [request, uniform]) {
    const expected = await runMain(['decode'], { stdin: bytes });
    expect(await runMain(['decode'], { stdin: write(bytes) })).toEqual(expected);
  }
});

function lines(bytes: Uint8Array): Array<{ at: string; hex: string; text: string }> {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = Buffer.from(bytes.subarray(row * 16, row * 16 + 16));
    return {
      at: (row * 16).toString(16).padStart(8, '0'),
      hex: part.toString('hex'),
      text: part.toString('latin1').replace(/[^\x20-\x7e]/g, '.'),
    };
  });
}

function xxd(bytes: Uint8Array): string {
  return lines(bytes)
    .map(({ at, hex, text }) => `${at}: ${hex.replace(/.{4}/g, '$& ').trim().padEnd(39)}  ${text}\n`)
    .join('');
}

function hexdump(bytes: Uint8Array): string {
  const rows = lines(bytes).map(({ at, hex, text }) => {
    const digits = hex.replace(/../g, '$& ').replace(/^.{24}/, '$& ');
    return { at, rest: `${digits.padEnd(49)} |${text}|` };
  });
  const kept = rows.map(({ at, rest }, index) => {
    if (rest !== rows[index - 1]?.rest) return `${at}  ${rest}\n`;
    return rest === rows[index - 2]?.rest ? '' : '*\n';
  });
  return `${kept.join('')}${bytes.length.toString(16).padStart(8, '0')}\n`;
}

test('what cannot be read is a failure that says why', async () => {
  for (const [stdin, reason] of [
    ['', 'stdin is empty'],
    ['0101zz', 'line 1 has something else'],
    ['{"format":"fcgi-tap","version":2}\n', 'in version 2'],
    ['{"format":"fcgi-tap","version":1}\n{"connection":1', 'Line 2 of the recording'],
  ] as const) {
    const outcome = await runMain(['decode'], { stdin });
    expect(outcome).toMatchObject({ status: 1, stderr: expect.stringContaining(reason) });
  }
  expect(await runMain(['decode', '/no/such/file'])).toMatchObject({
    status: 1,
    stderr: 'fcgi: /no/such/file cannot be read: ENOENT: no such file or directory\n',
  });
});

const noTshark = skipReason('tshark');

/** A connection, its segments as a bad network leaves them: doubled, out of order, overlapping. */
const connection: PcapSegment[] = [
  { from: 40_000, to: 9_000, sequence: 99, syn: true, ack: false, time: 1_000 },
  { from: 9_000, to: 40_000, sequence: 499, syn: true, time: 1_001 },
  { from: 40_000, to: 9_000, sequence: 100, bytes: request.subarray(0, 20), time: 1_002 },
  { from: 40_000, to: 9_000, sequence: 160, bytes: request.subarray(60), time: 1_003 },
  { from: 40_000, to: 9_000, sequence: 100, bytes: request.subarray(0, 20), time: 1_004 },
  { from: 40_000, to: 9_000, sequence: 110, bytes: request.subarray(10, 70), time: 1_005 },
  { from: 9_000, to: 40_000, sequence: 500, bytes: response, time: 1_025 },
  { from: 9_000, to: 40_000, sequence: 500 + response.length, fin: true, time: 1_026 },
];
const web: PcapSegment[] = [
  { from: 50_000, to: 80, sequence: 1, bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'), time: 1_010 },
];

test.skipIf(noTshark)(
  `a capture shows both directions of its FastCGI connections in order${noTshark ? ` (${noTshark})` : ''}`,
  async () => {
    const outcome = await runMain(['decode', '--no-params'], { stdin: pcap([...connection, ...web]) });
    expect(outcome).toMatchObject({
      status: 0,
      stderr: 'note: 1 other TCP streams do not look like FastCGI: --stream NUMBER shows one.\n',
    });
    expect(outcome.stdout).toBe(`TCP stream 0, 127.0.0.1:40000 → 127.0.0.1:9000
    OFFSET   TYPE                 ID LENGTH PAD         TIME
         0 > BEGIN_REQUEST         1      8   0      +0.0 ms  RESPONDER, close after it
        16 > PARAMS                1     75   0      +3.0 ms  75 bytes
        99 > PARAMS                1      0   0      +3.0 ms  end of the stream
       107 > STDIN                 1      5   0      +3.0 ms  5 bytes
       120 > STDIN                 1      0   0      +3.0 ms  end of the stream
         0 < STDERR                1     17   0     +23.0 ms  17 bytes
        25 < STDERR                1      0   0     +23.0 ms  end of the stream
        33 < STDOUT                1     50   0     +23.0 ms  50 bytes
        91 < STDOUT                1      0   0     +23.0 ms  end of the stream
        99 < END_REQUEST           1      8   0     +23.0 ms  REQUEST_COMPLETE, appStatus 7

10 records, 1 request: nothing is wrong
`);
  },
);

test.skipIf(noTshark)(
  `what a capture does not have is told, and no stream is decoded that is not wanted${noTshark ? ` (${noTshark})` : ''}`,
  async () => {
    const lossy = connection.filter(({ time }) => time > 1_001 && time !== 1_005);
    const outcome = await runMain(['decode'], { stdin: pcap(lossy) });
    expect(outcome.stderr).toContain('TCP stream 0: its beginning is not in the capture');
    expect(outcome.stderr).toContain('TCP stream 0: 40 bytes of it are not in the capture');
    expect(await runMain(['decode'], { stdin: pcap(web) })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No TCP connection in this capture speaks FastCGI'),
    });
    const forced = await runMain(['decode', '--stream', '0'], { stdin: pcap(web) });
    expect(forced).toMatchObject({ status: 1, stdout: expect.stringContaining('This is HTTP.') });
    const broken = await runMain(['decode'], { stdin: pcap(connection).subarray(0, 50) });
    expect(broken).toMatchObject({ status: 1, stderr: expect.stringContaining('capture') });
  },
);

test('the installed command decodes a file, a pipe as it fills, and ends when its reader does', async () => {
  const cwd = await temporaryFolder();
  await writeFile(path(cwd, 'request.bin'), request);
  expect((await runFcgi(['decode', 'request.bin'], { cwd })).stdout).toBe(REQUEST_TABLE);
  const live = new FcgiProcess(['decode']);
  live.write(request.subarray(0, 70));
  await live.printed(/BEGIN_REQUEST/);
  live.endInput(request.subarray(70));
  expect((await live.outcome()).stdout).toBe(REQUEST_TABLE);
  const many = Buffer.concat(Array.from({ length: 5_000 }, () => record(9, 0)));
  await writeFile(path(cwd, 'many.bin'), many);
  const command = `'${process.execPath}' '${FCGI}' decode many.bin | head -1`;
  const first = execFileSync('/bin/bash', ['-o', 'pipefail', '-c', command], { cwd, encoding: 'utf8' });
  expect(first).toBe('    OFFSET   TYPE                 ID LENGTH PAD\n');
});
