/** What of passing traffic is shown. */
export interface TapPrinterOptions {
  /** The head of each response. */
  readonly heads?: boolean;
  /** The params of each request. */
  readonly params?: boolean;
  /** Every record as it passes. */
  readonly records?: boolean;
  /** Values of cookies, tokens and the like, which are hidden otherwise. */
  readonly showSecrets?: true;
}
