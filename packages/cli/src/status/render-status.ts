import { escapeLogText } from '@fcgi-js/client';
import { isStatus, poolsOf, type Status } from '@fcgi-js/inspector/status';
import { colorsOf, figureText, type Io } from '@fcgi-js/runner/command';
import { type Column, plainTable } from './plain-table.ts';

/** Columns of the processes, and what is in them; those are shown that some process has. */
const COLUMNS: ReadonlyArray<Column & { readonly field: string }> = [
  { title: 'PID', field: 'pid' },
  { title: 'STATE', field: 'state', isText: true },
  { title: 'SINCE', field: 'start since' },
  { title: 'REQUESTS', field: 'requests' },
  { title: 'ACTIVE', field: 'active requests' },
  { title: 'MEMORY', field: 'memory' },
  { title: 'MEMORY', field: 'last request memory' },
  { title: 'LOOP LATE', field: 'event loop delay' },
  { title: 'LOOP BUSY', field: 'event loop utilization' },
  { title: 'TOOK', field: 'request duration' },
  { title: 'METHOD', field: 'request method', isText: true },
  { title: 'URI', field: 'request uri', isText: true },
];

/** The status as text, of each application where there are several. */
export function renderStatus(io: Io, status: Status): string {
  const pools = poolsOf(status);
  return pools.map((pool) => renderPool(io, pool)).join('\n');
}

/** The numbers of one application one below the other, and a table of its processes. */
function renderPool(io: Io, { processes, ...numbers }: Status): string {
  const { bold } = colorsOf(io.stdout, io.env);
  const fields = Object.entries(numbers).map(([name, value]) => [name, escapeLogText(name), value] as const);
  const width = Math.max(0, ...fields.map(([, title]) => title.length));
  const lines = fields.map(
    ([name, title, value]) => `${bold(title.padEnd(width))}  ${figureText(name, value)}`,
  );
  const shown = Array.isArray(processes) ? processes.filter(isStatus) : [];
  if (shown.length > 0) {
    const used = COLUMNS.filter(({ field }) => shown.some((one) => one[field] !== undefined));
    const rows = shown.map((one) => used.map(({ field }) => figureText(field, one[field])));
    const [head = '', ...body] = plainTable(used, rows);
    lines.push('', bold(head), ...body);
  }
  return lines.map((line) => `${line}\n`).join('');
}
