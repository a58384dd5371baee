import { publishedPackages } from '../../tooling/src/workspace.mjs';
import { type Page, pages } from './pages.ts';

/** An entry or a group in the way VitePress takes it. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: SidebarItem[];
}

/** Groups, and the pages in them in order of reading. What is named but not there is left out. */
const guides: Readonly<Record<string, readonly string[]>> = {
  Start: ['index', 'getting-started', 'choosing', 'migrating', 'examples'],
  Deploy: [
    'deploying',
    'deploying/frameworks',
    'deploying/websockets',
    'generator',
    'running',
    'several-hosts',
    'capacity',
    'encrypting',
    'security',
    'performance',
  ],
  'Web servers': [
    'nginx',
    'apache-mod-fcgid',
    'shared-hosting',
    'apache-mod-proxy-fcgi',
    'apache-mod-fastcgi',
    'lighttpd',
    'caddy',
    'h2o',
    'haproxy',
    'cherokee',
    'iis',
  ].map((guide) => `deploying/${guide}`),
  'Process managers': ['systemd', 'supervisor', 'init', 'containers', 'screen'].map(
    (guide) => `deploying/${guide}`,
  ),
  Build: [
    'developing',
    'applications',
    'streaming',
    'uploads',
    'authorizers',
    'testing-applications',
    'observability',
    'php',
  ],
  'Fix problems': ['debugging', 'doctor', 'tools', 'errors', 'limits'],
  Understand: ['protocol', 'conformance', 'paths', 'web-servers', 'web-servers-extra', 'supported'],
};

/** Where the heading of a page is too long for a sidebar. */
const shortTitles: Readonly<Record<string, string>> = {
  index: 'What it is',
  paths: 'Paths',
  'web-servers': 'Web servers, measured',
  'web-servers-extra': 'More web servers, measured',
};

/** The sidebar in English: guides, those that no group names, packages, their reference, and the project itself. */
export function sidebar(): SidebarItem[] {
  const readmes = publishedPackages().map(({ folder }) => `${folder}/README.md`);
  const named = ['versions', ...Object.values(guides).flat()];
  // A guide that no group names is found, too.
  const others = pages.filter(
    ({ path, source }) => /^docs\/(?!ko\/|zh\/)/.test(source) && !named.includes(name(path)),
  );
  return [
    ...Object.entries(guides).map(([text, names]) =>
      group(
        text,
        names.flatMap((wanted) => pages.filter(({ path }) => name(path) === wanted)),
      ),
    ),
    group('More', others),
    group(
      'Packages',
      pages.filter(({ source }) => readmes.includes(source)),
    ),
    group('Reference', [
      ...pages.filter(({ path }) => path === 'api/index.md'),
      ...pages.filter(({ path }) => /^api\/(?!index)/.test(path)),
    ]),
    group(
      'Project',
      pages.filter(({ path }) => path.startsWith('project/') || path === 'versions.md'),
    ),
  ]
    .filter(({ items }) => items.length > 0)
    .map(collapse);
}

/** Only the first group is open; VitePress opens that of the page, too. */
function collapse<T extends SidebarItem>(item: T, place: number): T & { collapsed: boolean } {
  return { ...item, collapsed: place > 0 };
}

/** The headings of groups in a translation. */
export interface GroupTitles {
  readonly processManagers: string;
  readonly start: string;
  readonly webServers: string;
}

/** Guides that are translated, in the order and the groups of the English ones. */
export function translatedSidebar(language: string, titles: GroupTitles): SidebarItem[] {
  // Few enough to be open at first.
  const translated = (text: string, names: readonly string[] = []) => ({
    text,
    collapsed: false,
    items: names
      .flatMap((wanted) => pages.filter(({ path }) => path === `${language}/${wanted}.md`))
      .map((page) => ({ text: page.title, link: `/${name(page.path).replace(/index$/, '')}` })),
  });
  return [
    translated(titles.start, [
      'index',
      'getting-started',
      'developing',
      'deploying',
      'generator',
      'running',
      'debugging',
    ]),
    translated(titles.webServers, guides['Web servers']),
    translated(titles.processManagers, guides['Process managers']),
  ];
}

function group(text: string, members: readonly Page[]) {
  return { text, items: members.map(entry) };
}

function entry({ path, title }: Page): SidebarItem {
  const short = path === 'api/index.md' ? 'All packages' : title.replace(/: reference$/, '');
  return { text: shortTitles[name(path)] ?? short, link: `/${name(path).replace(/(^|\/)index$/, '$1')}` };
}

function name(path: string): string {
  return path.replace(/\.md$/, '');
}
