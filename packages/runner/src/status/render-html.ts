import { byteSize } from '@fcgi-js/inspector/text';
import { poolFields, type Unit, unitOf, workerFields, workerStatusFields } from './fields.ts';
import { BUCKETS } from './figures.ts';
import type { Snapshot, Status } from './snapshot.ts';

/** Seconds after which the page is loaded again. */
const REFRESH = 2;

/** The columns of workers, in their order: first which worker it is. */
const COLUMNS = workerStatusFields
  .flatMap(({ column, name, unit }) =>
    column === undefined ? [] : [{ name, place: column[0], title: column[1], unit }],
  )
  .sort((one, other) => one.place - other.place);

/** How figures are written, by their units. */
const WRITTEN: Readonly<Record<Exclude<Unit, 'text'>, (value: number) => string>> = {
  age,
  bytes: byteSize,
  count: (value) => value.toLocaleString('en'),
  id: String,
  microseconds,
  seconds: (value) => `${value.toFixed(1)} s`,
  share: (value) => `${Math.round(value * 100)} %`,
  time: (value) => new Date(value * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC'),
};

/**
 * The page for people, which loads itself again. Nothing in it is a script, and its style is a resource of the same
 * path: a strict Content-Security-Policy of the web server lets it be as it is.
 */
export function renderHtml({ kind, pools }: Status): string {
  const title = toHtml(pools.map(({ name }) => name).join(', '));
  const time = Math.max(...pools.map((pool) => pool.time));
  const parts = pools.map((pool) => {
    const name = toHtml(pool.name);
    return kind === 'one' ? poolPart(pool) : `<h2 id="${name}">${name}</h2>\n${poolPart(pool)}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${title} – status</title>
<link rel="stylesheet" href="?css">
</head>
<body>
<header><h1>${title}</h1><p>${toHtml(write('start time', Math.floor(time)))}</p></header>
<main>
${parts.join('\n')}
</main>
<footer><a href="?json&amp;full">JSON</a> <a href="?openmetrics">OpenMetrics</a> <a href="?text&amp;full">text</a></footer>
</body>
</html>
`;
}

function poolPart(snapshot: Snapshot): string {
  const figures = poolFields(snapshot)
    .map(([field, value]) => `<div><dt>${toHtml(field)}</dt><dd>${write(field, value)}</dd></div>`)
    .join('\n');
  return `<section aria-label="Workers">${workerTable(snapshot)}</section>
<section aria-label="Figures"><dl>${figures}</dl></section>
<section aria-label="Durations">${durationTable(snapshot.totals.durations)}</section>`;
}

function workerTable({ time, workers }: Snapshot): string {
  const head = COLUMNS.map(
    ({ title, unit }) => `<th scope="col"${unit === 'text' ? ' class="text"' : ''}>${title}</th>`,
  );
  const rows = workers.map((worker) => {
    const fields = new Map(workerFields(worker, time));
    const cells = COLUMNS.map(({ name, title, unit }) => {
      const kind = unit === 'text' ? '' : ' class="number"';
      return `<td data-title="${title}"${kind}>${write(name, fields.get(name) ?? '')}</td>`;
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
  const unit = unitOf(field);
  return typeof value === 'string' || unit === undefined || unit === 'text'
    ? toHtml(String(value))
    : WRITTEN[unit](value);
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

function age(value: number): string {
  const days = Math.floor(value / 86_400);
  const time = new Date((value % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? time : `${days} d ${time}`;
}
