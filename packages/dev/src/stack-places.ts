import { fileURLToPath } from 'node:url';

/** Where something is in a file. */
export interface Place {
  /** From 1 on; `undefined` where only the line is known. */
  readonly column: number | undefined;
  readonly file: string;
  readonly line: number;
}

/** The places that a stack names, in its order. Node puts the first on a line of its own, the others behind `at`. */
export function* placesIn(text: string): Generator<Place> {
  for (const row of text.split('\n')) {
    const place = /^\s{1,20}at /.test(row) ? frameOf(row) : headOf(row);
    if (place !== undefined) yield place;
  }
}

/** `/app/server.js:3`. */
function headOf(row: string): Place | undefined {
  const end = /:(\d{1,9})$/.exec(row);
  const file = end === null ? undefined : pathOf(row.slice(0, end.index));
  return file === undefined ? undefined : { column: undefined, file, line: Number(end?.[1]) };
}

/** `    at handle (file:///app/server.js:3:11)`, `    at /app/server.js:3:11`. */
function frameOf(row: string): Place | undefined {
  const end = /:(\d{1,9}):(\d{1,9})\)?$/.exec(row);
  if (end === null) return undefined;
  const start = row.slice(0, end.index);
  // Parentheses may be in the name of a folder, too.
  const parenthesis = Math.max(start.lastIndexOf('(/'), start.lastIndexOf('(file:'));
  const name =
    parenthesis === -1 ? start.replace(/^\s{1,20}at (?:async )?/, '') : start.slice(parenthesis + 1);
  const file = pathOf(name);
  return file === undefined ? undefined : { column: Number(end[2]), file, line: Number(end[1]) };
}

function pathOf(name: string): string | undefined {
  // Neither Node nor a bundler writes such a name.
  if (name.split('/').includes('..')) return undefined;
  if (name.startsWith('/')) return name;
  if (!name.startsWith('file:///')) return undefined;
  try {
    return fileURLToPath(name);
  } catch {
    return undefined;
  }
}
