/** Thrown by every function of this package when an option is wrong, or a product cannot do what it asks for. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Stable over versions; it has a heading in `docs/errors.md`. */
  readonly code = 'FCGI_OPTION_INVALID';
  /** The option, for example `static.folder`. */
  readonly option: string;

  /**
   * @param option the option that is wrong
   * @param reason what is wrong with it, beginning with a verb or a noun and ending without a full stop
   */
  constructor(option: string, reason: string) {
    super(`option "${option}": ${reason}.`);
    this.option = option;
  }
}
