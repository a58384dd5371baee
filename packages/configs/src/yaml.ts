/** What a YAML file is made of. Members that are `undefined` are left out. */
export type Yaml =
  | string
  | number
  | boolean
  | readonly Yaml[]
  | { readonly [name: string]: Yaml | undefined };

/** Words that no reader of YAML takes for anything but text. */
const WORD = /^(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z/][\w./-]*$/i;

/** The lines of a value, in block style; text that is not a plain word is quoted as in JSON. */
export function yamlLines(value: Yaml): string[] {
  if (typeof value !== 'object') return [scalar(value)];
  const lines = Array.isArray(value)
    ? (value as readonly Yaml[]).flatMap(listItem)
    : Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : pair(name, member)));
  return lines.length > 0 ? lines : [emptyOf(value)];
}

function emptyOf(value: object): string {
  return Array.isArray(value) ? '[]' : '{}';
}

function pair(name: string, value: Yaml): string[] {
  const key = scalar(name);
  if (typeof value === 'string' && isLiteral(value)) {
    return [`${key}: |`, ...indented(value.slice(0, -1).split('\n'))];
  }
  const lines = yamlLines(value);
  const isShort = typeof value !== 'object' || lines[0] === emptyOf(value);
  return isShort ? [`${key}: ${lines[0]}`] : [`${key}:`, ...indented(lines)];
}

function listItem(value: Yaml): string[] {
  const [first, ...others] = yamlLines(value);
  return [`- ${first}`, ...indented(others)];
}

/** Text that a block can have as it is: whole lines, the first of which is neither empty nor indented. */
function isLiteral(text: string): boolean {
  return /^[^\s].*\n$/s.test(text) && !/\n\n$|[^\P{Cc}\n]|[\u2028\u2029\ufeff\p{Cs}]/u.test(text);
}

function scalar(value: string | number | boolean): string {
  return typeof value === 'string' && !WORD.test(value) ? JSON.stringify(value) : String(value);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
