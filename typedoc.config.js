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
  // Pages that do not change with the machine or the commit they were built on.
  disableGit: true,
  disableSources: true,
};

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  ...everywhere,
  name: 'fcgi-js',
  // The guides are the site around it.
  readme: 'none',
  navigationLinks: { Guides: '/' },
  // A folder that it may empty: by default that would be docs.
  out: 'packages/site/node_modules/.cache/api',
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
