import type { Choice, Field, Start } from './choice.ts';
import { firstChoice, same, visible } from './form.ts';

/** The part of the address after `#` that restores a choice: the product, and what is not as it is at first. */
export function encodeLink(choice: Choice): string {
  const seen = visible(choice);
  const first = firstChoice(seen.product);
  const changed = firstChoice(seen.product, seen.start);
  const parameters = new URLSearchParams({ product: seen.product });
  if (seen.start !== first.start) parameters.set('start', seen.start);
  for (const field of Object.keys(changed) as Field[]) {
    const value = seen[field];
    if (same(value, changed[field])) continue;
    for (const [name, text] of entries(field, value)) parameters.append(name, text);
  }
  return parameters.toString();
}

function entries(field: Field, value: Choice[Field]): [name: string, text: string][] {
  if (typeof value !== 'object') return [[field, String(value)]];
  // An empty list is something else than none.
  if (value.length === 0) return [[field, '']];
  return value.flatMap((item): [string, string][] =>
    typeof item === 'string'
      ? [[field, item]]
      : [
          [`${field}.prefix`, item.prefix],
          [`${field}.folder`, item.folder],
        ],
  );
}

/** The choice that a link stands for. What it does not have keeps its default; unknown fields are left out. */
export function decodeLink(hash: string): Choice {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const first = firstChoice(parameters.get('product') ?? '', startIn(parameters));
  const texts = (Object.keys(first) as Field[])
    .filter((field) => typeof first[field] === 'string' && !['product', 'start'].includes(field))
    .map((field) => [field, parameters.get(field) ?? first[field]]);
  const folders = parameters.getAll('static.folder');
  const addresses = (field: Field) => parameters.getAll(field).filter((address) => address !== '');
  return {
    ...first,
    ...Object.fromEntries(texts),
    backups: addresses('backups'),
    keepAlive: parameters.get('keepAlive') !== 'false',
    listen: parameters.has('listen') ? addresses('listen') : first.listen,
    multiplex: parameters.get('multiplex') === 'true',
    static: parameters
      .getAll('static.prefix')
      .map((prefix, place) => ({ folder: folders[place] ?? '', prefix })),
  };
}

function startIn(parameters: URLSearchParams): Start | undefined {
  const start = parameters.get('start');
  return start === 'app' || start === 'listen' ? start : undefined;
}
