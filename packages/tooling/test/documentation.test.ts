import ts from 'typescript';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../src/source-files.ts';
import { publishedPackages } from '../src/workspace.mjs';

/** The members without a docstring of every exported interface of options or limits in a module. */
function undocumentedMembers(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => /(Options|Limits)$/.test(name.text))
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap((declaration) =>
      declaration.members
        .filter((member) => ts.getJSDocCommentsAndTags(member).length === 0)
        .map((member) => `${path}: ${declaration.name.text}.${member.name?.getText()}`),
    );
}

test('a member without a docstring is found', () => {
  const text = `export interface ServerOptions {
    /** Which ones. */ documented: string;
    bare?: number;
  }
  interface HiddenOptions { internal: string }`;
  expect(undocumentedMembers('a.ts', text)).toEqual(['a.ts: ServerOptions.bare']);
});

test('every option and every limit says what it is', () => {
  const found = publishedPackages()
    .flatMap(({ folder }) => repositoryFiles(`${folder}/src`, ['.ts']))
    .flatMap(({ path, text }) => undocumentedMembers(path, text));
  expect(found).toEqual([]);
});
