import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What can be fuzzed: the names of files here, each of which exports `fuzz`, and of folders in `corpus`. */
export const targets: readonly string[] = [
  'client-response',
  'decoder',
  'http-response',
  'multiplexer',
  'params',
  'response-head',
];

const corpus = new URL('corpus/', import.meta.url);

/** The module of a target. */
export function sourceOf(target: string): string {
  return fileURLToPath(new URL(`${target}.ts`, import.meta.url));
}

/** The names of all folders in the corpus. */
export function corpora(): string[] {
  return readdirSync(corpus).sort();
}

/** The inputs in the repository that a target begins with. */
export function inputsOf(target: string): Uint8Array[] {
  const folder = new URL(`${target}/`, corpus);
  const names = readdirSync(folder).sort();
  return names.map((name) => readFileSync(new URL(name, folder)));
}
