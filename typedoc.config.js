import { publishedPackages } from './packages/tooling/src/workspace.mjs';

// Pages that do not change with the machine or the commit they were built on.
const reproducible = { disableGit: true, disableSources: true };

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  ...reproducible,
  name: 'fcgi-js',
  readme: 'README.md',
  out: 'docs/api',
  entryPointStrategy: 'packages',
  entryPoints: publishedPackages().map(({ folder }) => folder),
  packageOptions: {
    ...reproducible,
    entryPoints: ['src/index.ts'],
    // `typecheck` does that for the whole tree; here it would be done once for each package.
    skipErrorChecking: true,
  },
  githubPages: false,
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
};
