import { type Recognised, recognise } from './recognise.ts';

/** Names by which applications are exported, in the order in which they are tried. */
const NAMES = ['default', 'app', 'application', 'server', 'handler', 'listener', 'fetch'];

/**
 * The first export that can be served, or all of the module where its exports are the parts: `fetch`, `responder`.
 *
 * @param exported the namespace of the module
 * @param file of the application
 */
export async function servedExport(exported: unknown, file: string): Promise<Recognised | undefined> {
  for (const [name, candidate] of candidates(exported)) {
    const found = await recognise(candidate, file, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* candidates(exported: unknown): Generator<[name: string, value: unknown]> {
  if (typeof exported !== 'object' || exported === null) return;
  const names = new Map<string, unknown>(Object.entries(exported));
  for (const name of NAMES) if (names.has(name)) yield [name, names.get(name)];
  yield ['default', exported];
  // `module.exports = { app }`, and what compilers make of `export default`.
  const inner = names.get('default');
  if (typeof inner === 'object' && inner !== null) yield* candidates(withoutOwn(inner));
}

/** A module may hold itself as its `default`. */
function withoutOwn(value: object): object {
  return 'default' in value && value.default === value ? { ...value, default: undefined } : value;
}
