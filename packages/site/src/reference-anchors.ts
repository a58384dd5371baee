import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchors } from '../../tooling/src/markdown.ts';
import { root } from '../../tooling/src/workspace.mjs';
import { isReference } from './pages.ts';

const known = new Map<string, readonly string[]>();

/**
 * The anchor of a heading in the reference. typedoc takes `FcgiServerError.code` and `FcgiServerErrorCode` for the same name, and
 * numbers the second; VitePress sees headings, which differ.
 *
 * @param source the page that is linked to, below the root
 * @param hash with its `#`; as it is for other pages
 */
export function referenceAnchor(source: string, hash: string): string {
  if (!isReference(source) || hash === '') return hash;
  const existing =
    known.get(source) ?? anchors(readFileSync(join(root, source), 'utf8').replaceAll('\\', ''));
  known.set(source, existing);
  if (existing.includes(hash.slice(1))) return hash;
  const same = existing.find((anchor) => letters(anchor) === letters(hash.replace(/-\d+$/, '')));
  return same === undefined ? hash : `#${same}`;
}

const letters = (anchor: string) => anchor.replace(/[^a-z\d]/g, '');
