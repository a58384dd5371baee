import { publishedPackages } from './packages/tooling/src/workspace.mjs';

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const everywhere = {
  // Each package is checked on its own, the links between them once they are put together.
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
  // Not properties: `type` and `requestId` of a record say all there is to say. Options and limits are checked by a test.
  requiredToBeDocumented: [
    'Class',
    'Enum',
    'Function',
    'Interface',
    'Method',
    'Accessor',
    'TypeAlias',
    'Variable',
  ],
  excludeInternal: true,
  // What Node's types say about an Error is theirs to say.
  excludeExternals: true,
  // Pages that do not change with the machine or the commit they were built on.
  disableGit: true,
  disableSources: true,
};

/** @type {Partial<import('typedoc').TypeDocOptions> & Partial<import('typedoc-plugin-markdown').PluginOptions> & { docsRoot: string }} */
export default {
  ...everywhere,
  name: 'fcgi-js',
  // The guides are the site around it.
  readme: 'none',
  // Pages of the site (packages/site/src/pages.ts), one for each package.
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  out: 'packages/site/reference',
  docsRoot: 'packages/site',
  router: 'module',
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  pageTitleTemplates: { module: '{name}: reference' },
  parametersFormat: 'table',
  enumMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  entryPointStrategy: 'packages',
  entryPoints: publishedPackages().map(({ folder }) => folder),
  packageOptions: {
    ...everywhere,
    readme: 'none',
    entryPoints: ['src/index.ts'],
    // `typecheck` does that for the whole tree; here it would be done once for each package.
    skipErrorChecking: true,
  },
  githubPages: false,
  treatWarningsAsErrors: true,
};
