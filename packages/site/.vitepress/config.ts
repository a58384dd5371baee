import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { slug } from '../../tooling/src/markdown.ts';
import { root } from '../../tooling/src/workspace.mjs';
import { inlineDiagrams } from '../src/inline-diagrams.ts';
import { locales, search } from '../src/locales.ts';
import { pages } from '../src/pages.ts';
import { repositoryLinks } from '../src/repository-links.ts';
import { sidebar } from '../src/sidebar.ts';

const sources = new Set(pages.map(({ source }) => source));

export default defineConfig({
  title: 'fcgi-js',
  description: 'The FastCGI stack for Node.js',
  locales,
  // The Markdown of the repository is the site: every link in it works on the forge, too.
  srcDir: root,
  srcExclude: ['.*/**', 'packages/*/!(README.md)/**'],
  rewrites: (source) => pages.find((page) => page.source === source)?.path ?? source,
  outDir: join(import.meta.dirname, '../dist'),
  cacheDir: join(import.meta.dirname, '../node_modules/.cache/vitepress'),
  markdown: {
    anchor: { slugify: slug },
    config(markdown) {
      repositoryLinks(markdown);
      inlineDiagrams(markdown);
    },
    // Shiki knows nothing of these; the syntax of those named is near enough.
    languageAlias: { caddy: 'nginx', haproxy: 'ini', lighttpd: 'perl' },
  },
  themeConfig: {
    logo: '/logo.svg',
    search: { provider: 'local', options: search },
    // Not every page is there in every language.
    i18nRouting: false,
    nav: [
      { text: 'Guides', link: '/deploying' },
      { text: 'Configuration', link: '/generator' },
      { text: 'Reference', link: '/api/index.html', target: '_self' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: 'https://github.com/fcgi-js/fcgi-js' }],
  },
  vite: {
    publicDir: join(import.meta.dirname, '../public'),
    resolve: {
      // For pages outside of this package.
      alias: { vue: join(import.meta.dirname, '../node_modules/vue') },
      conditions: ['@fcgi-js/source'],
    },
  },
  head: [['link', { rel: 'icon', href: '/logo.svg' }]],
  transformPageData({ filePath }) {
    if (!sources.has(filePath)) throw new Error(`${filePath} is no page`);
    return filePath === 'docs/generator.md' ? { frontmatter: { aside: false } } : undefined;
  },
});
