import { posix } from 'node:path';
import { type RepositoryFile, repositoryFiles } from '../../tooling/src/source-files.ts';

/** A Markdown file of the repository that is a page of the site. */
export interface Page {
  /** Below the root of the repository: `docs/deploying.md`. */
  readonly source: string;
  /** Below the root of the site: `deploying.md`. */
  readonly path: string;
  /** Its first heading, without marks. */
  readonly title: string;
}

/** All pages. A new guide or README is one of them without being named anywhere. */
export const pages: readonly Page[] = [
  ...repositoryFiles('docs', ['.md']),
  ...repositoryFiles('.', ['.md']).filter(({ path }) => /^([^/]+|packages\/[^/]+\/README)\.md$/.test(path)),
]
  .map((file) => ({ source: file.path, path: pathOnSite(file.path), title: titleOf(file) }))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

function pathOnSite(source: string): string {
  if (source === 'README.md') return 'index.md';
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
