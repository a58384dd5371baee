/** A native module in a bundle. */
export interface NativeModule {
  /** Its file in the bundle. */
  readonly file: string;
  /** What it has been made for: `linux-x64`; `unknown` for a format that is not recognised. */
  readonly platform: string;
}

/** What a bundle says about itself: `fcgi/bundle.json` in it, which the check on the host reads. */
export interface BundleFacts {
  /** The application's folder in the bundle. */
  readonly app: string;
  /** The sizes of its files in bytes, by their paths: an upload may have lost or changed some. */
  readonly files: Readonly<Record<string, number>>;
  readonly natives: readonly NativeModule[];
  /** The oldest Node that it runs on: `20.19.0`. */
  readonly node: string;
}

/** The file of the facts, within the bundle. */
export const FACTS = 'fcgi/bundle.json';
