import { expect, test } from 'vitest';
import { poolFields, workerFields } from '../../src/status/fields.ts';
import { renderHtml } from '../../src/status/render-html.ts';
import { renderJson } from '../../src/status/render-json.ts';
import { renderOpenMetrics } from '../../src/status/render-openmetrics.ts';
import { renderText } from '../../src/status/render-text.ts';
import type { Snapshot } from '../../src/status/snapshot.ts';
import { parseOpenMetrics } from './openmetrics.ts';
import { SEVERAL, SNAPSHOT, statusOf } from './support.ts';

/** What php-fpm 8.2 has in its JSON, in its order; what has no meaning here is missing. */
const PHP_FPM = [
  'pool',
  'process manager',
  'start time',
  'start since',
  'accepted conn',
  'listen queue',
  'max listen queue',
  'listen queue len',
  'idle processes',
  'active processes',
  'total processes',
  'max active processes',
];
const PHP_FPM_PROCESS = [
  'pid',
  'state',
  'start time',
  'start since',
  'requests',
  'request duration',
  'request method',
  'request uri',
  'content length',
  'user',
  'script',
];

const [WORKER] = SNAPSHOT.workers as [Snapshot['workers'][0]];

test('the figures come by the names of php-fpm and in its order, others after them', () => {
  expect(poolFields(SNAPSHOT).map(([name]) => name)).toEqual(expect.arrayContaining(PHP_FPM));
  expect(poolFields(SNAPSHOT).slice(0, PHP_FPM.length)).toEqual([
    ['pool', 'a<b>.js'],
    ['process manager', 'static'],
    ['start time', 1_600_000_000],
    ['start since', 100],
    ['accepted conn', 2],
    ['listen queue', 5],
    ['max listen queue', 6],
    ['listen queue len', 511],
    ['idle processes', 0],
    ['active processes', 1],
    ['total processes', 2],
    ['max active processes', 2],
  ]);
  expect(
    workerFields(WORKER, SNAPSHOT.time)
      .map(([name]) => name)
      .slice(0, PHP_FPM_PROCESS.length),
  ).toEqual(PHP_FPM_PROCESS);
});

test('where the system does not tell the queue there is none', () => {
  const { listenQueue: _queue, ...rest } = SNAPSHOT;
  expect(poolFields(rest).map(([name]) => name)).toEqual(
    poolFields(SNAPSHOT)
      .map(([name]) => name)
      .filter((name) => !name.includes('queue')),
  );
});

test.each([
  ['nothing', [0, 0, 0, 0], [0, 0, 0]],
  // Of four, the second is the last of the first bucket, and the third half way through the next.
  ['two buckets', [2, 2, 0], [1000, 4600, 4920]],
  ['only what is beyond the last limit', [...Array.from({ length: 14 }, () => 0), 3], [60e6, 60e6, 60e6]],
])('durations are estimated from the buckets: %s', (_what, durations, expected) => {
  const fields = new Map(poolFields({ ...SNAPSHOT, totals: { ...SNAPSHOT.totals, durations } }));
  expect([50, 95, 99].map((share) => fields.get(`request duration p${share}`))).toEqual(expected);
});

test('the text is that of php-fpm, with what a terminal would take for an order made visible', () => {
  const short = renderText(statusOf(SNAPSHOT), false);
  expect(short).toMatch(
    /^pool: {19}a<b>\.js\nprocess manager: {8}static\nstart time: {13}13\/Sep\/2020:12:26:40 \+0000\n/,
  );
  expect(short).not.toContain('pid:');
  const full = renderText(statusOf(SNAPSHOT), true);
  expect(full.startsWith(short)).toBe(true);
  expect(full.match(/\n\n\*{24}\npid: {20}70[12]\nstate: {18}(Running|Starting)\n/g)).toHaveLength(2);
  expect(full).toMatch(/\nrequest URI: {12}\/<script>alert\("&'"\)<\/script>\n/);
  expect(full).toMatch(/\nuser: {19}anna\\x1b\[1m\n/);
});

test('the JSON has processes when it is to be full', () => {
  expect(JSON.parse(renderJson(statusOf(SNAPSHOT), false))).toEqual(Object.fromEntries(poolFields(SNAPSHOT)));
  expect(JSON.parse(renderJson(statusOf(SNAPSHOT), true))).toEqual({
    ...Object.fromEntries(poolFields(SNAPSHOT)),
    processes: SNAPSHOT.workers.map((worker) => Object.fromEntries(workerFields(worker, SNAPSHOT.time))),
  });
});

test('the page for people has nothing of a request as it is, no script, and no style of its own', () => {
  const page = renderHtml(statusOf(SNAPSHOT));
  expect(page).toContain('/&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;');
  expect(page).toContain('<title>a&lt;b&gt;.js – status</title>');
  expect(page).not.toMatch(/<script|<style|style=|\son\w+=/);
  expect(page).toContain('<meta http-equiv="refresh" content="2">');
  expect(page).toMatch(/>[\d.]+ [KMG]iB</);
  expect(page.match(/<tr class="(running|starting)">/g)).toHaveLength(2);
});

test('OpenMetrics has counters for what adds up, and gauges for each worker that has told its own', async () => {
  const lines = renderOpenMetrics(statusOf(SNAPSHOT)).split('\n');
  expect(lines.slice(-2)).toEqual(['# EOF', '']);
  expect(lines).toEqual(
    expect.arrayContaining([
      'fcgi_pool{pool="a<b>.js",process_manager="static"} 1',
      'fcgi_requests_total 3',
      'fcgi_responses_total{status="5xx"} 1',
      'fcgi_workers{state="running"} 1',
      'fcgi_workers{state="blocked"} 0',
      'fcgi_listen_queue 5',
      'fcgi_request_duration_seconds_bucket{le="0.001"} 0',
      'fcgi_request_duration_seconds_bucket{le="1.0"} 1',
      'fcgi_request_duration_seconds_bucket{le="+Inf"} 2',
      'fcgi_request_duration_seconds_count 2',
      'fcgi_request_duration_seconds_sum 70.003',
      'fcgi_worker_event_loop_delay_seconds{worker="8"} 0.0125',
      'fcgi_worker_silence_seconds{worker="9"} 3.25',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('fcgi_worker_connections'))).toEqual([
    'fcgi_worker_connections{worker="8"} 1',
  ]);
  const { totals, ...rest } = SNAPSHOT;
  const empty = renderOpenMetrics(statusOf({ ...rest, totals, workers: [] }));
  expect(empty).not.toContain('fcgi_worker_connections');
});

test('OpenMetrics is text that a strict reader takes, with buckets that grow up to the count', async () => {
  const families = parseOpenMetrics(renderOpenMetrics(statusOf({ ...SNAPSHOT, name: 'a"b\\c\nd' })));
  expect(families.get('fcgi_pool')?.samples).toMatchObject([
    { labels: { pool: 'a\\"b\\\\c\\nd' }, value: 1 },
  ]);
  const samples = families.get('fcgi_request_duration_seconds')?.samples ?? [];
  const buckets = samples.filter(({ name }) => name.endsWith('_bucket'));
  const counts = buckets.map(({ value }) => value);
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  const limits = buckets.map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
  expect(limits).toEqual(limits.toSorted((one, other) => one - other));
  expect(limits.at(-1)).toBe(Number.POSITIVE_INFINITY);
  expect(samples.find(({ name }) => name.endsWith('_count'))?.value).toBe(counts.at(-1));
  for (const [name, { samples: all, type }] of families) {
    expect(all, name).not.toEqual([]);
    if (type !== 'gauge') for (const { value } of all) expect(value, name).toBeGreaterThanOrEqual(0);
  }
});

test('each of several applications has its name in JSON, on the page for people and in OpenMetrics', async () => {
  expect(JSON.parse(renderJson(SEVERAL, true))).toMatchObject({
    pools: [
      { pool: 'shop', processes: [{ worker: 8 }, { worker: 9 }] },
      { pool: 'blog', processes: [{ worker: 9 }] },
    ],
  });
  const page = renderHtml(SEVERAL);
  expect(page).toContain('<title>shop, blog – status</title>');
  expect(page.match(/<h2 id="(shop|blog)">/g)).toHaveLength(2);
  const families = parseOpenMetrics(renderOpenMetrics(SEVERAL));
  for (const [name, { samples }] of families) {
    for (const { labels } of samples) expect(['shop', 'blog'], name).toContain(labels['pool']);
  }
  expect(families.get('fcgi_requests')?.samples).toMatchObject([
    { labels: { pool: 'shop' }, value: 3 },
    { labels: { pool: 'blog' }, value: 3 },
  ]);
});

test.each([
  '# TYPE a gauge\na 1\n',
  '# TYPE a counter\na 1\n# EOF\n',
  '# TYPE a gauge\nb 1\n# EOF\n',
  '# TYPE a gauge\na 1\na 2\n# EOF\n',
  '# TYPE a gauge\na{b="c"d"} 1\n# EOF\n',
  '# TYPE a gauge\na{b="c"d="e"} 1\n# EOF\n',
  '# TYPE a gauge\na x\n# EOF\n',
])('the strict reader refuses %j', (text) => {
  expect(() => parseOpenMetrics(text)).toThrow();
});
