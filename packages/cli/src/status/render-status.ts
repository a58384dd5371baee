import { escapeLogText } from '@fcgi-js/client';
import Table from 'cli-table3';
import { colorsOf, type Io } from '../io.ts';

/** The JSON of php-fpm's status page, and of whatever has more of the same kind. */
export type Status = Readonly<Record<string, unknown>>;

/** Columns of the processes: what php-fpm calls them, and how they are written. */
const COLUMNS: ReadonlyArray<readonly [title: string, field: string, write?: (value: unknown) => string]> = [
  ['PID', 'pid'],
  ['STATE', 'state'],
  ['SINCE', 'start since', duration],
  ['REQUESTS', 'requests'],
  ['MS', 'request duration', (value) => (typeof value === 'number' ? (value / 1000).toFixed(1) : '')],
  ['METHOD', 'request method'],
  ['URI', 'request uri'],
  ['MEMORY', 'last request memory', bytes],
];

/** No lines around the cells. */
const PLAIN = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
);

/** The status as text: its numbers one below the other, and a table of the processes. */
export function renderStatus(io: Io, { processes, ...numbers }: Status): string {
  const { bold } = colorsOf(io.stdout, io.env);
  const width = Math.max(...Object.keys(numbers).map((name) => name.length));
  const lines = Object.entries(numbers).map(
    ([name, value]) => `${bold(escapeLogText(name).padEnd(width))}  ${write(name, value)}\n`,
  );
  if (!Array.isArray(processes)) return lines.join('');
  const used = COLUMNS.filter(([, field]) => processes.some((one: Status) => one[field] !== undefined));
  const table = new Table({
    chars: { ...PLAIN, middle: '  ' },
    head: used.map(([title]) => bold(title)),
    style: { border: [], head: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const one of processes as Status[]) {
    table.push(used.map(([, field, format = plain]) => format(one[field])));
  }
  return `${lines.join('')}\n${table.toString()}\n`;
}

function write(name: string, value: unknown): string {
  if (/since$/.test(name)) return duration(value);
  if (name === 'start time' && typeof value === 'number') return new Date(value * 1000).toISOString();
  return plain(value);
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return escapeLogText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Seconds as people write them: `2d 3h`, `4m 5s`. */
function duration(value: unknown): string {
  if (typeof value !== 'number') return plain(value);
  const parts = [
    [Math.floor(value / 86_400), 'd'],
    [Math.floor(value / 3_600) % 24, 'h'],
    [Math.floor(value / 60) % 60, 'm'],
    [Math.floor(value) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first === -1 ? 3 : first)
    .slice(0, 2)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

function bytes(value: unknown): string {
  return typeof value === 'number' ? `${(value / 1_048_576).toFixed(1)} MB` : plain(value);
}
