import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type RepositoryFile, repositoryFiles } from '../../tooling/src/source-files.ts';
import { root } from '../../tooling/src/workspace.mjs';

/** A Markdown file of the repository that is a page of the site. */
export interface Page {
  /** Below the root of the repository: `docs/deploying.md`. */
  readonly source: string;
  /** Below the root of the site: `deploying.md`. */
  readonly path: string;
  /** Its first heading, without marks. */
  readonly title: string;
}

/** What typedoc writes (typedoc.config.js), before VitePress runs. */
const reference = 'packages/site/reference';

/** Whether a file is a page of the reference. */
export const isReference = (source: string) => source.startsWith(`${reference}/`);

/** All pages. A new guide or README is one of them without being named anywhere. */
export const pages: readonly Page[] = [
  ...repositoryFiles('docs', ['.md']),
  ...repositoryFiles('.', ['.md']).filter(({ path }) => /^([^/]+|packages\/[^/]+\/README)\.md$/.test(path)),
  ...(existsSync(join(root, reference)) ? repositoryFiles(reference, ['.md']) : []),
]
  .map((file) => ({ source: file.path, path: pathOnSite(file.path), title: titleOf(file) }))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

function pathOnSite(source: string): string {
  if (source === 'README.md') return 'index.md';
  if (isReference(source)) return source.replace(`${reference}/`, 'api/').replace('@fcgi-js/', '');
  if (!source.includes('/')) return `project/${source.toLowerCase()}`;
  const path = source.replace(/^docs\//, '');
  return /^(ko|zh)\//.test(path) ? path.replace('README', 'index') : path.replace(/\/README\.md$/, '.md');
}

function titleOf({ path, text }: RepositoryFile): string {
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error(`${path} has no heading of the first level`);
  return heading.replaceAll('`', '');
}

/** The page that a link in a file of the repository leads to, if it leads to one. */
export function pageOf(source: string): Page | undefined {
  return pages.find((page) => page.source === posix.normalize(source));
}

/**
 * Where a page is in each language, by the names of the locales: the English page where it is not translated.
 *
 * @param path below the root of the site
 */
export function translationsOf(path: string): Readonly<Record<'root' | 'ko' | 'zh', string>> {
  const english = path.replace(/^(ko|zh)\//, '');
  const linkTo = (wanted: string) => {
    const found = pages.some((page) => page.path === wanted) ? wanted : english;
    return `/${found.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
  };
  return { root: linkTo(english), ko: linkTo(`ko/${english}`), zh: linkTo(`zh/${english}`) };
}
