import { ConfigError } from '@fcgi-js/configs';
import { type Abilities, abilitiesOf, startsOf } from './abilities.ts';
import { blankChoice, type Choice, type Field, optionsOf, productOf } from './choice.ts';
import type { ConfigFile, Options } from './products.ts';

/** What stands in the form at first for a product, with the way of starting if the product has it. */
export function firstChoice(id: string, start?: Choice['start']): Choice {
  const product = productOf(id);
  const starts = startsOf(product);
  const possible = start !== undefined && starts.includes(start) ? start : (starts[0] ?? 'app');
  return { ...blankChoice(product, possible), listen: abilitiesOf(product, possible).listen };
}

/** Another product, or another way of starting: what has not been changed in the form is what stands there at first. */
export function switchTo(choice: Choice, id: string, start: Choice['start']): Choice {
  const before = firstChoice(choice.product, choice.start);
  const after = firstChoice(id, start);
  const kept = (Object.keys(before) as Field[]).filter((field) => !same(choice[field], before[field]));
  const { product, start: possible } = after;
  const changed = Object.fromEntries(kept.map((field) => [field, choice[field]]));
  return { ...after, ...changed, product, start: possible };
}

/** What a product has no field for is left out. */
export function visible(choice: Choice): Choice {
  const first = firstChoice(choice.product, choice.start);
  const { fields } = abilitiesOf(productOf(first.product), first.start);
  const seen = Object.fromEntries([...fields].map((field) => [field, choice[field]]));
  return { ...first, ...seen };
}

/** What comes of a form. */
export type Printed =
  | { readonly files: readonly ConfigFile[]; readonly options: Options }
  | { readonly field: Field | undefined; readonly message: string };

export function printChoice(choice: Choice): Printed {
  const seen = visible(choice);
  const product = productOf(seen.product);
  const options = optionsOf(seen);
  try {
    return { files: product.print(options, seen.name || 'app'), options: { ...options, ...product.own } };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { field: fieldOf(error.option, abilitiesOf(product, seen.start)), message: error.message };
  }
}

/** The field that an option is in: `app.command` stands in `program`, `static.folder` in `static`. */
function fieldOf(option: string, { fields }: Abilities): Field | undefined {
  const [first = '', second = ''] = option.split('.');
  const names =
    first === 'app' ? [second === '' || second === 'command' ? 'program' : second] : [option, first];
  return names.find((name): name is Field => fields.has(name as Field));
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
