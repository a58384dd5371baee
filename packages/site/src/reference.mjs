// The reference, which typedoc writes: what it is made from, and its first page.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root } from '../../tooling/src/workspace.mjs';

/** @returns {string[]} the files that typedoc reads, as absolute paths */
export function referenceSources() {
  const sources = publishedPackages().flatMap(({ path }) =>
    readdirSync(join(path, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(path, 'src', file)),
  );
  return [...sources, join(root, 'typedoc.config.js'), join(root, 'pnpm-lock.yaml')];
}

/**
 * A sentence for each package, from its package.json.
 *
 * @param {readonly import('../../tooling/src/workspace.mjs').WorkspacePackage[]} packages
 */
export function referenceIndex(packages) {
  const rows = packages.map(({ folder, manifest: { name, description } }) => {
    const page = name === 'fcgi-js' ? 'fcgi-js.md' : `${name}.md`;
    return `| [${name}](${page}) | ${description} | [README](../../../${folder}/README.md) |`;
  });
  const [all] = rows.splice(
    rows.findIndex((row) => row.includes('](fcgi-js.md)')),
    1,
  );
  return `# Reference

What each package exports, with types, units, defaults and errors. \`fcgi-js\` exports all of it again.

| Package | What it is | Begin with |
|---|---|---|
${[...rows, all].join('\n')}
`;
}
