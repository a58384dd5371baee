import { type Rates, type Status, workersOf } from '@fcgi-js/inspector/status';
import { byteSize } from '@fcgi-js/inspector/text';
import { figureText } from '@fcgi-js/runner/command';
import { type Column, plainTable } from '../status/plain-table.ts';
import { type Sort, sortWorkers } from './sort-workers.ts';

/** What stands in a line for people, and what is missing where the status does not have it. */
const FACTS: ReadonlyArray<ReadonlyArray<readonly [title: string, field: string]>> = [
  [
    ['', 'pool'],
    ['', 'process manager'],
    ['up', 'start since'],
    ['generation', 'generation'],
  ],
  [
    ['workers', 'total processes'],
    ['active', 'active processes'],
    ['idle', 'idle processes'],
    ['blocked', 'blocked processes'],
    ['waiting', 'listen queue'],
    ['crashes', 'worker crashes'],
    ['errors', 'errors'],
  ],
  [
    ['memory', 'memory'],
    ['p50', 'request duration p50'],
    ['p95', 'request duration p95'],
    ['p99', 'request duration p99'],
  ],
];

/** Columns of the workers, and what is in them. */
const COLUMNS: ReadonlyArray<Column & { readonly field: string }> = [
  { title: 'PID', field: 'pid' },
  { title: 'STATE', field: 'state', isText: true },
  { title: 'REQS', field: 'requests' },
  { title: 'REQ/S', field: 'rate' },
  { title: 'ACT', field: 'active requests' },
  { title: 'MEMORY', field: 'memory' },
  { title: 'MEMORY', field: 'last request memory' },
  { title: 'CPU', field: 'last request cpu' },
  { title: 'LATE', field: 'event loop delay' },
  { title: 'BUSY', field: 'event loop utilization' },
  { title: 'URI', field: 'request uri', isText: true },
];

/** The lines above the table, and the table: its titles first. Nothing in them is obeyed by a terminal. */
export interface TopLines {
  readonly facts: readonly string[];
  readonly head: string;
  readonly workers: readonly string[];
}

/** A report as lines, however long they are. */
export function renderTop(status: Status, rates: Rates, sort: Sort): TopLines {
  const facts = FACTS.map((line) =>
    line
      .filter(([, field]) => status[field] !== undefined)
      .map(([title, field]) => `${title} ${figureText(field, status[field])}`.trimStart())
      .join('  '),
  );
  const speeds = [
    `requests ${perSecond(rates.requests)}`,
    ...(rates.received === undefined ? [] : [`received ${byteSize(rates.received)}/s`]),
    ...(rates.sent === undefined ? [] : [`sent ${byteSize(rates.sent)}/s`]),
  ];
  const workers = sortWorkers(workersOf(status), sort);
  const used = COLUMNS.filter(
    ({ field }) => field === 'rate' || workers.some((worker) => worker[field] !== undefined),
  );
  const rows = workers.map((worker) =>
    used.map(({ field }) =>
      field === 'rate' ? number(rates.workers.get(worker['pid'])) : figureText(field, worker[field]),
    ),
  );
  const [head = '', ...body] = rows.length === 0 ? ['no workers'] : plainTable(used, rows);
  return { facts: [...facts, speeds.join('  ')].filter((line) => line !== ''), head, workers: body };
}

function perSecond(rate: number | undefined): string {
  return `${number(rate)}/s`;
}

function number(rate: number | undefined): string {
  return rate === undefined ? '-' : rate.toFixed(1);
}
