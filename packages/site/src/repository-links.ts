import { existsSync, statSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { root } from '../../tooling/src/workspace.mjs';
import { pageOf } from './pages.ts';
import { referenceAnchor } from './reference-anchors.ts';

const forge = 'https://github.com/fcgi-js/fcgi-js';

/**
 * Links between files of the repository, which are written as the forge shows them: those to pages lead to the page of
 * the site, all others to the file on the forge.
 */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository-links', ({ env, tokens }) => {
    const { path, realPath = path } = env as { path: string; realPath?: string };
    const source = relative(root, realPath);
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', target(source, href));
    }
  });
}

/**
 * @param source the file that has the link, below the root
 * @throws Error if it leads to a file that is not there
 */
export function target(source: string, href: string): string {
  if (/^[a-z][a-z+.-]*:/.test(href)) return href;
  if (href.startsWith('#')) return referenceAnchor(source, href);
  const [path = '', ...hash] = href.split(/(?=#)/);
  const file = posix.join(posix.dirname(source), decodeURI(path));
  const page = pageOf(file);
  if (page !== undefined) return `/${page.path}${referenceAnchor(page.source, hash.join(''))}`;
  if (file.startsWith('..') || !existsSync(join(root, file)))
    throw new Error(`${source}: ${href} leads nowhere`);
  const kind = statSync(join(root, file)).isDirectory() ? 'tree' : 'blob';
  return `${forge}/${kind}/main/${encodeURI(file)}${hash.join('')}`;
}
