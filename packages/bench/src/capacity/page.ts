import { fillMarks, markdownTable } from '../report/marks.ts';
import { formatFigure, formatRange } from '../report/table.ts';
import type { Report } from '../report/write-reports.ts';
import { spreadOf } from '../statistics.ts';
import type { CapacityReport } from './capacity-report.ts';
import { type Plan, perCore, rateOf, webServerCores, webServerLimit } from './plan.ts';
import { comparePolicies, failOne, quantile } from './scenarios.ts';

/** Of the worked example: a host, and how busy its cores are to be. */
const CORES = 8;
const LOAD = 0.6;
/** µs of its own that applications of the example take for a request, on top of Express. */
const OWN_WORK = [0, 1_000, 5_000];
const HOSTS = [1, 3, 10, 30, 100];
/** nginx keeps so many unused connections to all hosts together, in each of its processes. */
const FIGURES = ['node', 'express', 'fastify', 'koa', 'hono'];

/**
 * Fills docs/capacity.md with what was measured and what follows from it.
 *
 * @param page its text
 * @param performance what docs/performance.json has
 * @param capacity what docs/capacity.json has
 * @throws Error where a mark or a figure is missing
 */
export function fillCapacityPage(page: string, performance: Report, capacity: CapacityReport): string {
  return fillMarks(page, {
    applications: applications(performance),
    failures: failures(performance),
    hosts: hosts(performance, capacity),
    machine: machine(capacity),
    policies: policyTable(),
    ways: waysTable(capacity),
  });
}

function waysTable({ ways }: CapacityReport): string {
  const lines = ways.flatMap(({ application, name, webServer }) => {
    const [web, app] = [spreadOf(webServer), spreadOf(application)];
    return [
      [
        name,
        formatFigure(web.median),
        formatRange(web),
        count(perCore(web.median, 1)),
        formatFigure(app.median),
        formatRange(app),
        count(perCore(app.median, 1)),
      ],
    ];
  });
  const head = [
    '',
    'nginx: µs/request',
    'range',
    'requests/s',
    'application: µs/request',
    'range',
    'requests/s',
  ];
  return markdownTable(head, lines);
}

function applications({ results }: Report): string {
  const rows = ['hello', 'frameworks'].flatMap((kind) => rowsOf(results, kind));
  const lines = FIGURES.flatMap((name) => rows.filter((row) => row.name === name)).map(
    ({ figures, title }) => {
      const { median } = spreadOf(figures);
      return [title, formatFigure(median), count(perCore(median, 1)), count(perCore(median, LOAD))];
    },
  );
  const connection = rowsOf(results, 'idle').find(({ name }) => name === 'node')?.figures ?? [];
  const kilobytes = formatFigure(spreadOf(connection).median / 1_000);
  return [
    markdownTable(
      ['', 'µs/request', 'requests/s of one core', `when it is busy ${percent(LOAD)} of the time`],
      lines,
    ),
    '',
    `A connection that waits for its next request takes ${kilobytes} KB of the application's memory, and no time.`,
  ].join('\n');
}

function hosts(performance: Report, capacity: CapacityReport): string {
  const plans = OWN_WORK.map((own) => planOf(performance, capacity, own));
  const lines = HOSTS.map((number) => [
    String(number),
    ...plans.flatMap((plan) => {
      const rate = rateOf(plan, number);
      return [count(rate), formatFigure(webServerCores(plan, rate))];
    }),
  ]);
  const head = OWN_WORK.flatMap((own) => [
    own === 0 ? 'nothing of its own: requests/s' : `${own / 1_000} ms of its own: requests/s`,
    'cores of nginx',
  ]);
  const limits = plans.map((plan) => formatFigure(webServerLimit(plan)));
  return [
    markdownTable(['hosts', ...head], lines),
    '',
    `So one nginx with ${CORES} cores is enough for ${limits.join(', ')} such hosts.`,
  ].join('\n');
}

/** The worked example: Express over TCP on kept connections, and work of its own. */
function planOf(performance: Report, capacity: CapacityReport, own: number): Plan {
  const express = medianOf(performance.results, 'frameworks', 'express');
  const [unix, tcp] = ['Unix socket, kept connections', 'TCP, kept connections'].map((name) =>
    capacity.ways.find((way) => way.name === name),
  );
  if (unix === undefined || tcp === undefined) throw new Error('docs/capacity.json lacks kept connections.');
  const dearer = Math.max(0, spreadOf(tcp.application).median - spreadOf(unix.application).median);
  return {
    application: express + dearer + own,
    cores: CORES,
    load: LOAD,
    webServer: spreadOf(tcp.webServer).median,
  };
}

function policyTable(): string {
  const lines = comparePolicies([0.6, 0.8, 0.9]).map(({ load, outcome: { refused, times }, policy }) => [
    percent(load),
    policy.replace('-', ' '),
    ...[mean(times), quantile(times, 0.5), quantile(times, 0.99)].map(formatFigure),
    String(refused),
  ]);
  return markdownTable(
    ['workers are busy', 'hosts are chosen by', 'mean', 'median', '99 %', 'refused'],
    lines,
  );
}

function failures(performance: Report): string {
  const service = (medianOf(performance.results, 'frameworks', 'express') + 5_000) / 1_000_000;
  const lines = [3, 10, 100].flatMap((number) =>
    [0, 1].map((wait) => {
      const { outcome, requests } = failOne(number, LOAD, service, wait);
      const { lost, refused, repeated, times } = outcome;
      return [
        String(number),
        wait === 0 ? 'is killed' : 'vanishes',
        count(requests),
        String(lost),
        String(refused),
        String(repeated),
        `${formatFigure(quantile(times, 0.99) * 1_000)} ms`,
        `${formatFigure((times.at(-1) ?? 0) * 1_000)} ms`,
        percent((LOAD * number) / (number - 1)),
      ];
    }),
  );
  const head = [
    'hosts',
    'one',
    'requests',
    'lost',
    'refused',
    'asked again',
    '99 %',
    'longest',
    'the others are busy then',
  ];
  return markdownTable(head, lines);
}

function machine({ date, machine: { cpu, system, versions } }: CapacityReport): string {
  return `nginx and the application were measured on ${date.slice(0, 10)}: ${cpu}, ${system}, node ${versions['node']}, nginx ${versions['nginx']}, commit ${versions['commit']}.`;
}

function rowsOf(results: Report['results'], kind: string) {
  return results.find((result) => result.kind === kind)?.rows ?? [];
}

function medianOf(results: Report['results'], kind: string, name: string): number {
  const row = rowsOf(results, kind).find((one) => one.name === name);
  if (row === undefined) throw new Error(`docs/performance.json lacks ${name} in ${kind}.`);
  return spreadOf(row.figures).median;
}

function mean(times: Float64Array): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Three digits that count, with commas. */
function count(figure: number): string {
  return Number(figure.toPrecision(3)).toLocaleString('en');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
