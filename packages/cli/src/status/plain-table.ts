import Table from 'cli-table3';

/** No lines around the cells. */
const CHARS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((name) => [name, '']),
  ),
);

/** A column of a table. */
export interface Column {
  readonly isText?: true;
  readonly title: string;
}

/** The lines of a table: its titles, then its rows. Texts stand left, numbers right. */
export function plainTable(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>): string[] {
  const table = new Table({
    chars: { ...CHARS, middle: '  ' },
    colAligns: columns.map(({ isText }) => (isText ? 'left' : 'right')),
    head: columns.map(({ title }) => title),
    style: { border: [], head: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
