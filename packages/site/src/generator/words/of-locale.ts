import { en } from './en.ts';
import { ko } from './ko.ts';
import type { Words } from './words.ts';
import { zh } from './zh.ts';

/** @param locale of the site: `root`, `ko` or `zh` */
export function wordsOf(locale: string): Words {
  return { ko, zh }[locale] ?? en;
}
