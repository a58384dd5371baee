/** What a package may take, in kilobytes of 1,000 bytes. Raise one on purpose only, with the reason in the commit. */
export interface SizeBudget {
  /** With everything that npm installs for it. */
  readonly installed: number;
  /** All that its main entry exports, bundled and minified. */
  readonly minified?: number;
  readonly tarball: number;
}

/** By the name of the package; a test fails for one that is not here. */
export const sizeBudgets: Readonly<Record<string, SizeBudget>> = {
  '@fcgi-js/bundle': { installed: 21_700, tarball: 90 },
  '@fcgi-js/cli': { installed: 25_500, tarball: 150 },
  '@fcgi-js/client': { installed: 1_300, tarball: 250 },
  '@fcgi-js/configs': { installed: 650, tarball: 160 },
  '@fcgi-js/conformance': { installed: 3_200, tarball: 220 },
  '@fcgi-js/dev': { installed: 21_500, tarball: 110 },
  '@fcgi-js/doctor': { installed: 3_000, tarball: 270 },
  'fcgi-js': { installed: 26_000, tarball: 15 },
  '@fcgi-js/init': { installed: 2_700, tarball: 60 },
  '@fcgi-js/inspector': { installed: 1_900, tarball: 170 },
  '@fcgi-js/middleware': { installed: 150, tarball: 40 },
  '@fcgi-js/protocol': { installed: 280, minified: 14, tarball: 65 },
  '@fcgi-js/runner': { installed: 20_500, tarball: 600 },
  '@fcgi-js/server': { installed: 2_000, tarball: 420 },
};
