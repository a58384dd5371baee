import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { slug } from '../../tooling/src/markdown.ts';
import { root } from '../../tooling/src/workspace.mjs';
import { homeOf } from '../src/home.ts';
import { inlineDiagrams } from '../src/inline-diagrams.ts';
import { locales, search } from '../src/locales.ts';
import { pages, translationsOf } from '../src/pages.ts';
import { repositoryLinks } from '../src/repository-links.ts';
import { sidebar } from '../src/sidebar.ts';

const sources = new Set(pages.map(({ source }) => source));

export default defineConfig({
  title: 'fcgi-js',
  description: 'The FastCGI stack for Node.js',
  locales,
  // The Markdown of the repository is the site: every link in it works on the forge, too.
  srcDir: root,
  srcExclude: ['.*/**', 'packages/!(site)/!(README.md)/**', 'packages/site/!(reference)/**'],
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
    nav: [
      { text: 'Guides', link: '/deploying' },
      { text: 'Configuration', link: '/generator' },
      { text: 'Reference', link: '/api/' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: 'https://github.com/fcgi-js/fcgi-js' }],
  },
  vite: {
    // The index of the search is one file, loaded when the search opens.
    build: { chunkSizeWarningLimit: 2_000 },
    publicDir: join(import.meta.dirname, '../public'),
    resolve: {
      // For pages outside of this package.
      alias: [
        { find: 'vue', replacement: join(import.meta.dirname, '../node_modules/vue') },
        // The theme's own leads to pages that are not there: not every page is translated.
        { find: /^.*\/composables\/langs$/, replacement: join(import.meta.dirname, 'theme/languages.ts') },
      ],
      conditions: ['@fcgi-js/source'],
    },
  },
  head: [['link', { rel: 'icon', href: '/logo.svg' }]],
  transformPageData({ filePath, relativePath }) {
    if (!sources.has(filePath)) throw new Error(`${filePath} is no page`);
    return {
      frontmatter: {
        ...homeOf(relativePath),
        aside: !filePath.endsWith('/generator.md'),
        translations: translationsOf(relativePath),
      },
    };
  },
});
