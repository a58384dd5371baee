import { posix } from 'node:path';
import ts from 'typescript';
import { root } from './workspace.mjs';

/**
 * Type-checks modules that exist only as text, as if they stood at the given paths: nothing is written anywhere.
 * @param modules absolute path → text; imports resolve from there
 * @param options on top of this repository's own
 * @returns one line for each error, empty if there is none
 */
export function typeErrors(modules: ReadonlyMap<string, string>, options: ts.CompilerOptions = {}): string[] {
  const settings = { ...repositoryOptions(), ...options };
  const host = ts.createCompilerHost(settings, true);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => modules.has(file) || fileExists(file);
  host.readFile = (file) => modules.get(file) ?? readFile(file);
  const program = ts.createProgram([...modules.keys()], settings, host);
  return ts.getPreEmitDiagnostics(program).map(describe);
}

function repositoryOptions(): ts.CompilerOptions {
  const file = posix.join(root, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(file, ts.sys.readFile) as { config: { compilerOptions: object } };
  // No files: only the options count here.
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root).options;
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName}:${line + 1}: ${text}`;
}
