import { byteSize } from '@fcgi-js/inspector/text';
import { poolFields, workerFields } from './fields.ts';
import { BUCKETS } from './figures.ts';
import type { Snapshot } from './snapshot.ts';

/** Seconds after which the page is loaded again. */
const REFRESH = 2;

/** Columns of the table: the field, and its title where that is shorter. */
const COLUMNS = new Map([
  ['worker', 'worker'],
  ['pid', 'pid'],
  ['state', 'state'],
  ['generation', 'gen.'],
  ['start since', 'age'],
  ['requests', 'requests'],
  ['active requests', 'active'],
  ['open connections', 'conn.'],
  ['memory', 'memory'],
  ['heap', 'heap'],
  ['event loop delay', 'loop delay'],
  ['event loop utilization', 'loop busy'],
  ['silent since', 'silent'],
  ['request method', 'method'],
  ['request uri', 'path'],
  ['request duration', 'took'],
]);

const TEXTS = new Set(['state', 'request method', 'request uri']);

/** How fields are written that are no plain numbers. */
const WRITTEN: Readonly<Record<string, (value: number) => string>> = {
  pid: String,
  'start time': (value) => new Date(value * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC'),
  'start since': seconds,
  'silent since': (value) => `${value.toFixed(1)} s`,
  'cpu seconds': (value) => `${value.toFixed(1)} s`,
  memory: byteSize,
  heap: byteSize,
  'bytes received': byteSize,
  'bytes sent': byteSize,
  'event loop delay': microseconds,
  'event loop utilization': (value) => `${Math.round(value * 100)} %`,
  'request duration': microseconds,
  'request duration p50': microseconds,
  'request duration p95': microseconds,
  'request duration p99': microseconds,
};

/**
 * The page for people, which loads itself again. Nothing in it is a script, and its style is a resource of the same
 * path: a strict Content-Security-Policy of the web server lets it be as it is.
 */
export function renderHtml(snapshot: Snapshot): string {
  const { name, time } = snapshot;
  const figures = poolFields(snapshot)
    .map(([field, value]) => `<div><dt>${toHtml(field)}</dt><dd>${write(field, value)}</dd></div>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${toHtml(name)} – status</title>
<link rel="stylesheet" href="?css">
</head>
<body>
<header><h1>${toHtml(name)}</h1><p>${toHtml(write('start time', Math.floor(time)))}</p></header>
<main>
<section aria-label="Workers">${workerTable(snapshot)}</section>
<section aria-label="Figures"><dl>${figures}</dl></section>
<section aria-label="Durations">${durationTable(snapshot.totals.durations)}</section>
</main>
<footer><a href="?json&amp;full">JSON</a> <a href="?openmetrics">OpenMetrics</a> <a href="?text&amp;full">text</a></footer>
</body>
</html>
`;
}

function workerTable({ time, workers }: Snapshot): string {
  const head = [...COLUMNS].map(
    ([field, title]) => `<th scope="col"${TEXTS.has(field) ? ' class="text"' : ''}>${title}</th>`,
  );
  const rows = workers.map((worker) => {
    const fields = new Map(workerFields(worker, time));
    const cells = [...COLUMNS].map(([field, title]) => {
      const value = fields.get(field) ?? '';
      const kind = TEXTS.has(field) ? '' : ' class="number"';
      return `<td data-title="${title}"${kind}>${write(field, value)}</td>`;
    });
    return `<tr class="${worker.state.toLowerCase()}">${cells.join('')}</tr>`;
  });
  return `<table class="workers"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function durationTable(counts: readonly number[]): string {
  const all = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const rows = counts.map((count, index) => {
    const limit = BUCKETS[index];
    const title = limit === undefined ? `> ${duration(BUCKETS.at(-1) ?? 0)}` : `≤ ${duration(limit)}`;
    return `<tr><th scope="row">${title}</th><td><progress max="${all}" value="${count}"></progress></td><td class="number">${count.toLocaleString('en')}</td></tr>`;
  });
  return `<table class="durations"><caption>How long requests took</caption><tbody>${rows.join('\n')}</tbody></table>`;
}

function write(field: string, value: number | string): string {
  if (typeof value === 'string') return toHtml(value);
  return WRITTEN[field]?.(value) ?? value.toLocaleString('en');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function toHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function duration(value: number): string {
  return value < 1 ? `${value * 1000} ms` : `${value} s`;
}

function microseconds(value: number): string {
  return value < 1e6 ? `${(value / 1000).toFixed(1)} ms` : `${(value / 1e6).toFixed(1)} s`;
}

function seconds(value: number): string {
  const days = Math.floor(value / 86_400);
  const time = new Date((value % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? time : `${days} d ${time}`;
}
