import type { Field, Start } from '../choice.ts';
import type { GroupTitle, Label } from '../labels.ts';
import type { Product } from '../products.ts';

/** All text of the form in one language. What is printed, its comments too, is English. */
export interface Words {
  readonly add: Readonly<Record<'backups' | 'listen' | 'static', string>>;
  readonly address: Readonly<Record<'backups' | 'listen', string>>;
  readonly check: string;
  readonly copied: string;
  readonly copy: string;
  readonly copyLink: string;
  readonly download: string;
  readonly files: string;
  readonly folder: string;
  readonly form: string;
  readonly groups: Readonly<Record<GroupTitle, string>>;
  readonly kinds: Readonly<Record<Product['kind'], string>>;
  readonly labels: Readonly<Record<Field, Label>>;
  readonly linkCopied: string;
  readonly linkShown: string;
  readonly noCopy: string;
  readonly outdated: string;
  readonly prefix: string;
  readonly product: string;
  readonly program: string;
  /** What `@fcgi-js/configs` says, and how it is said here; `$1` as in `String.replace`. */
  readonly reasons: readonly (readonly [RegExp, string])[];
  /** A value that is refused, in one sentence. */
  refused(label: string, reason: string): string;
  readonly remove: string;
  readonly seconds: string;
  readonly size: string;
  readonly start: string;
  readonly starting: string;
  readonly starts: Readonly<Record<Start, string>>;
  /** Of products whose English title is no name, by their id. */
  readonly titles: Readonly<Record<string, string>>;
  readonly toFiles: string;
  readonly toForm: string;
}
