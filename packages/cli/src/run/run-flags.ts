import { flagOf, optionList } from '@fcgi-js/runner/options';
import { Option } from 'commander';
import { readArgument } from '../arguments.ts';

/** A flag whose value has the name of its option, whatever the flag is called. */
class RunFlag extends Option {
  readonly #option: string;

  constructor(option: string, flags: string, description: string) {
    super(flags, description);
    this.#option = option;
  }

  override attributeName(): string {
    return this.#option;
  }
}

/**
 * The flags of the command line.
 *
 * @param folder what relative paths are relative to
 */
export function flags(folder: string): Option[] {
  return optionList.map(([name, { argument, help, kind, ...given }]) => {
    const unit = argument === 'time' ? ' s' : '';
    const hint = given.default === undefined ? '' : ` (default: ${given.default}${unit})`;
    const words = argument === undefined ? flagOf(name) : `${flagOf(name)} <${argument}>`;
    const flag = new RunFlag(name, words, help + hint);
    if (argument === undefined) return flag;
    return flag.argParser((word, before: unknown) => {
      const value = readArgument(() => kind.fromText(word, folder));
      return before === undefined || kind.join === undefined ? value : kind.join(before, value);
    });
  });
}
