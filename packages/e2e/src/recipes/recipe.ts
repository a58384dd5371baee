/** What a browser asks for, and what the application is to see: the prefix, and the rest of the URL. */
export type Ask = readonly [path: string, baseUrl: string, url: string];

/** One way to an application that is published for PHP, Perl, Python or Ruby. */
export interface Recipe {
  readonly name: string;
  /** What stands in the site; SOCKET and PORT are the application's, FOLDER is the document root. */
  readonly site?: string;
  /** Files below the document root; PROGRAM is the application as mod_fcgid starts it. */
  readonly files?: Readonly<Record<string, string>>;
  /** The option of the application. */
  readonly mount?: string;
  readonly asks: readonly Ask[];
  /** What the log says; without it, nothing of a path that is uncertain. */
  readonly says?: RegExp;
}

/** An application in the place of a file. */
export const PROGRAM = '#!';

/** URLs of an application at the root. */
export const root: readonly Ask[] = [
  ['/', '', '/'],
  ['/a', '', '/a'],
  ['/a/b?x=1', '', '/a/b?x=1'],
  ['/a%20b/', '', '/a%20b/'],
];

/** Those of an application below a prefix, without the prefix alone. */
export function below(prefix: string): readonly Ask[] {
  return [
    [`${prefix}/`, prefix, '/'],
    [`${prefix}/a`, prefix, '/a'],
    [`${prefix}/a/b?x=1`, prefix, '/a/b?x=1'],
    [`${prefix}/a%20b`, prefix, '/a%20b'],
  ];
}

/** {@link below}, and the prefix alone. */
export function at(prefix: string): readonly Ask[] {
  return [[prefix, prefix, '/'], ...below(prefix)];
}
