import { FcgiOptionError } from './errors.ts';

/*
 * Checks of options, for the packages that take some. They stand here because every package depends on this one; those who
 * use the records alone need none of them.
 */

/** What an option may be. */
export interface OptionKind {
  /** In words that go on after "must be". */
  readonly words: string;
  accepts(value: unknown): boolean;
}

/** The kind of each option that there is, so that none can be forgotten. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: OptionKind };

/**
 * Checks the options that a function was given: none that there is not, none of the wrong kind. One that is
 * `undefined` counts as not given.
 *
 * @param caller what the options are of, as the message is to name it: `listen()`
 * @throws FcgiOptionError naming the option
 */
export function checkOptions<Options extends object>(
  caller: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  // Types do not keep JavaScript from passing something else.
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new FcgiOptionError(`${caller} takes its options as an object, but got ${show(given)}.`);
  }
  const known = new Map<string, OptionKind>(Object.entries(kinds));
  for (const [name, value] of Object.entries(given)) {
    const kind = known.get(name);
    if (kind === undefined) {
      throw new FcgiOptionError(
        `${caller} has no option "${name}". Known are: ${[...known.keys()].join(', ')}.`,
      );
    }
    if (value !== undefined && !kind.accepts(value)) {
      throw new FcgiOptionError(`${caller}: "${name}" must be ${kind.words}, but it is ${show(value)}.`);
    }
  }
}

/** Numbers that must not be whole. */
export function numberAbove(least: number): OptionKind {
  return {
    words: `a number above ${least}`,
    accepts: (value) => typeof value === 'number' && value > least,
  };
}

/** Numbers that must not be whole, the least one among them. */
export function numberFrom(least: number): OptionKind {
  return {
    words: `a number from ${least} on`,
    accepts: (value) => typeof value === 'number' && value >= least,
  };
}

/** Whole numbers. */
export function integer(least: number, most: number, words: string): OptionKind {
  return {
    words,
    accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

/** True and false, and nothing that counts as such. */
export const BOOLEAN: OptionKind = {
  words: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

/** One of a few values. */
export function oneOf(...values: ReadonlyArray<string | boolean>): OptionKind {
  return {
    words: values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(' or '),
    accepts: (value) => (values as readonly unknown[]).includes(value),
  };
}

/** Text. */
export const TEXT: OptionKind = { words: 'text', accepts: (value) => typeof value === 'string' };

/** What is checked where it is used, because there is more to it than a kind. */
export const ANYTHING: OptionKind = { words: 'anything', accepts: () => true };

/** Objects that have properties: options of their own, header fields. */
export const OBJECT: OptionKind = {
  words: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** An `AbortSignal`, by what it can do: those of other realms, such as a test environment with a DOM, are of another class. */
export const SIGNAL: OptionKind = {
  words: 'an AbortSignal, such as that of an AbortController',
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function',
};

/** Functions. */
export function functionSuchAs(example: string): OptionKind {
  return { words: `a function, for example ${example}`, accepts: (value) => typeof value === 'function' };
}

/** A value for a message, short whatever it is. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
