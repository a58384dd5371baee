import { expect, test } from 'vitest';
import { parseReport } from '../src/wrk.ts';

const report = (...problems: string[]) => `Running 1m test @ http://127.0.0.1:8080/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   512.72us  193.52us   4.51ms   89.36%
    Req/Sec    62.57k     2.88k   66.52k    80.00%
  31137 requests in 500.22ms, 4.72MB read
${problems.join('\n')}
Requests/sec:  62246.32
Transfer/sec:      9.44MB
`;

test('the requests of a report are counted', () => {
  expect(parseReport(report())).toEqual({ requests: 31_137, requestsPerSecond: 62_246.32 });
});

test.each(['  Non-2xx or 3xx responses: 12', '  Socket errors: connect 0, read 3, write 0, timeout 0'])(
  'a report with "%s" is an error',
  (problem) => {
    expect(() => parseReport(report(problem))).toThrow(problem.trim());
  },
);

test('a report without answers is an error', () => {
  expect(() => parseReport(report().replace('31137', '0'))).toThrow('not counted a single answer');
  expect(() => parseReport('unable to connect')).toThrow('unable to connect');
});
