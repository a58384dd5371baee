import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { toolFolders } from '../src/guide-project.ts';
import { anchors, codeBlocks, links } from '../src/markdown.ts';
import { repositoryFiles } from '../src/source-files.ts';
import { typeErrors } from '../src/type-check.ts';
import { publishedPackages, root } from '../src/workspace.mjs';

const example = `# A *heading* with \`code\` & more

Text with [a link](docs/limits.md#params "title"), ![an image](<logo.svg>) and \`[no link](nowhere.md)\`.

\`\`\`ts
const a = '[no link](nowhere.md)';
# no heading
\`\`\`

# Again
# Again

[reference]: https://example.org/
`;

const documents = repositoryFiles('.', ['.md']);
const byPath = new Map(documents.map(({ path, text }) => [path, text]));

describe('links in Markdown', () => {
  test('are found, and those in code are not', () => {
    expect(links(example)).toEqual(['docs/limits.md#params', 'logo.svg', 'https://example.org/']);
    expect(anchors(example)).toEqual(['a-heading-with-code--more', 'again', 'again-1']);
  });

  test('of the README lead to every guide, and those of the guide to deploying to every guide of its folder', () => {
    const missing = (from: string, guides: RegExp) => {
      const targets = links(byPath.get(from) ?? '').map((target) => join(dirname(from), target));
      return [...byPath.keys()].filter((path) => guides.test(path) && !targets.includes(path));
    };
    expect(missing('README.md', /^docs\/([^/]+|deploying\/[^/]+|(ko|zh|examples)\/README)\.md$/)).toEqual([]);
    expect(missing('docs/deploying.md', /^docs\/deploying\/[^/]+\.md$/)).toEqual([]);
  });

  test('that stay in this repository lead to a file and a heading that exist', () => {
    const broken = documents.flatMap(({ path, text }) =>
      links(text)
        .filter((target) => !/^[a-z][a-z+.-]*:/.test(target))
        .filter((target) => !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = decodeURIComponent(target).split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || anchors(byPath.get(path) ?? '').includes(anchor);
}

describe('code in READMEs and guides', () => {
  const extensions: Record<string, string> = { js: 'js', javascript: 'js', ts: 'ts', typescript: 'ts' };
  const readmes = ['README.md', ...publishedPackages().map(({ folder }) => `${folder}/README.md`)];
  const guides = documents.map(({ path }) => path).filter((path) => path.startsWith('docs/'));

  /** One module for each block, beside the Express example: all our packages, Express, Hono and `./app.js` are there. */
  function modules(): Map<string, string> {
    const found = new Map<string, string>();
    for (const path of [...readmes, ...guides]) {
      for (const { language, line, text } of codeBlocks(byPath.get(path) ?? '')) {
        const extension = extensions[language];
        if (extension === undefined) continue;
        // The document and the line stand in the file name, and so in every message.
        const name = `${path.replaceAll('/', '-')}-line-${line}.${extension}`;
        found.set(join(root, 'docs/examples/express', name), text);
      }
    }
    return found;
  }

  test('is found with its language and line', () => {
    expect(codeBlocks(example)).toEqual([
      { language: 'ts', line: 5, text: `const a = '[no link](nowhere.md)';\n# no heading\n` },
    ]);
  });

  test('is checked for real: an error in it is seen', () => {
    const faulty = new Map([
      [join(root, 'docs/examples/express/faulty.ts'), `import { no } from '@fcgi-js/protocol'; no();`],
    ]);
    expect(typeErrors(faulty, { customConditions: ['@fcgi-js/source'] })).toEqual([
      expect.stringContaining(`has no exported member 'no'`),
    ]);
  });

  test.each([
    ['by Node', {}],
    ['by bundlers', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ])('type-checks with modules as they are found %s', (_name, resolution) => {
    const code = modules();
    const readerOptions = { allowJs: true, checkJs: true, noUnusedLocals: false, noUnusedParameters: false };
    // The examples depend on none of these, or else `npm start` would install and build all of it.
    const whole = join(root, 'packages/fcgi-js/src');
    // A path that is named here is read without the package.json of its folder.
    const typesOf = (name: string, file: string) => [join(toolFolders.get(name) ?? '', file)];
    const paths = {
      '@opentelemetry/api': typesOf('@opentelemetry/api', 'build/src/index.d.ts'),
      'prom-client': typesOf('prom-client', 'index.d.ts'),
      vite: typesOf('vite', 'dist/node/index.d.ts'),
      vitest: typesOf('vitest', 'dist/index.d.ts'),
      '@fcgi-js/bundle': [join(root, 'packages/bundle/src/index.ts')],
      '@fcgi-js/cli': [join(root, 'packages/cli/src/index.ts')],
      '@fcgi-js/conformance': [join(root, 'packages/conformance/src/index.ts')],
      '@fcgi-js/dev': [join(root, 'packages/dev/src/index.ts')],
      '@fcgi-js/doctor': [join(root, 'packages/doctor/src/index.ts')],
      '@fcgi-js/init': [join(root, 'packages/init/src/index.ts')],
      '@fcgi-js/inspector': [join(root, 'packages/inspector/src/index.ts')],
      '@fcgi-js/runner': [join(root, 'packages/runner/src/index.ts')],
      'fcgi-js': [`${whole}/index.ts`],
      'fcgi-js/*': [`${whole}/*.ts`],
    };
    const options = { customConditions: ['@fcgi-js/source'], paths, ...readerOptions, ...resolution };
    expect(typeErrors(code, options)).toEqual([]);
  });

  test('is there in every README', () => {
    expect(readmes.filter((path) => codeBlocks(byPath.get(path) ?? '').length === 0)).toEqual([]);
  });
});
