import ts from 'typescript';
import { expect, test } from 'vitest';
import { type RepositoryFile, repositoryFiles } from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

function parse({ path, text }: RepositoryFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** The names that an entry file exports. */
function exportedNames(entry: RepositoryFile): string[] {
  return parse(entry)
    .statements.filter(ts.isExportDeclaration)
    .map(({ exportClause }) => exportClause)
    .filter((clause) => clause !== undefined && ts.isNamedExports(clause))
    .flatMap(({ elements }) => elements.map(({ name }) => name.text));
}

/** The members without a docstring of every public interface of options or limits. */
function undocumentedMembers(files: readonly RepositoryFile[]): string[] {
  const names = files.filter(({ path }) => path.endsWith('/src/index.ts')).flatMap(exportedNames);
  return files.flatMap((file) =>
    parse(file)
      .statements.filter(ts.isInterfaceDeclaration)
      .filter(({ name }) => names.includes(name.text) && /(Options|Limits)$/.test(name.text))
      .flatMap(({ name, members }) =>
        members
          .filter((member) => ts.getJSDocCommentsAndTags(member).length === 0)
          .map((member) => `${file.path}: ${name.text}.${member.name?.getText()}`),
      ),
  );
}

test('a public member without a docstring is found', () => {
  const index = `export { createServer, type FcgiServerOptions } from './a.ts';`;
  const module = `
    export interface FcgiServerOptions {
      /** Which ones. */ documented: string;
      bare?: number;
    }
    export interface InternalOptions { internal: string }`;
  const files = [
    { path: 'a/src/index.ts', text: index },
    { path: 'a/src/a.ts', text: module },
  ];
  expect(undocumentedMembers(files)).toEqual(['a/src/a.ts: FcgiServerOptions.bare']);
});

test.each(publishedPackages())(
  'every option and every limit of $manifest.name says what it is',
  ({ folder }) => {
    expect(undocumentedMembers(repositoryFiles(`${folder}/src`, ['.ts']))).toEqual([]);
  },
);
