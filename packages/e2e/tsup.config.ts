import { defineConfig, type Options } from 'tsup';

const common: Options = {
  entry: { 'express-app': 'src/apps/express-app.ts', 'hono-app': 'src/apps/hono-app.ts' },
  platform: 'node',
  target: 'node20',
  outDir: 'dist/apps',
  clean: true,
};

export default defineConfig([
  // For `node dist/apps/express-app.js unix:/path`: Express and the packages of the workspace come from node_modules.
  {
    ...common,
    entry: {
      ...common.entry,
      'authorizer-app': 'src/apps/authorizer-app.ts',
      'hosted-app': 'src/apps/hosted-app.ts',
      load: 'src/apps/load.ts',
      probe: 'src/apps/probe.ts',
      'vanishing-app': 'src/apps/vanishing-app.ts',
      'vanishing-web-server': 'src/apps/vanishing-web-server.ts',
    },
    format: 'esm',
    skipNodeModulesBundle: true,
  },
  // One executable file, for web servers that start the application themselves: it is copied to where their user may
  // read it. CommonJS, because Node loads a file that ends in .fcgi only as such.
  {
    ...common,
    entry: {
      ...common.entry,
      'authorizer-app': 'src/apps/authorizer-app.ts',
      'cgi-app': 'src/apps/cgi-app.ts',
    },
    format: 'cjs',
    noExternal: [/.*/],
    outDir: 'dist/fcgi',
    outExtension: () => ({ js: '.fcgi' }),
  },
]);
