import { codeBlocks } from './markdown.ts';
import { type RepositoryFile, repositoryFiles } from './source-files.ts';
import { publishedPackages } from './workspace.mjs';

/** Guides whose programs are about packages of others. */
export const INTEGRATION_GUIDES: readonly string[] = ['docs/observability.md', 'docs/php.md'];

/** The programs of guides, and which of them a test file has run. */
export interface GuidePrograms {
  readonly guides: readonly RepositoryFile[];
  /** The names of programs that {@link GuidePrograms.program} was never asked for. */
  leftOut(): string[];
  /**
   * The text of a program, with names that exist here in the place of some.
   *
   * @param name of the guide, and the place of the program there: `docs/streaming.md 2`
   * @throws Error where there is no such program, or a name is not in it
   */
  program(name: string, replacing?: Readonly<Record<string, string>>): string;
}

/** @param isWanted by the path of a guide; READMEs count. Translations have the programs of the originals, which is another test. */
export function guidePrograms(isWanted: (path: string) => boolean): GuidePrograms {
  const readmes = ['README.md', ...publishedPackages().map(({ folder }) => `${folder}/README.md`)];
  const guides = repositoryFiles('.', ['.md']).filter(
    ({ path }) => (readmes.includes(path) || /^docs\/(?!ko\/|zh\/)/.test(path)) && isWanted(path),
  );
  const programs = new Map(
    guides.flatMap(({ path, text }) =>
      codeBlocks(text)
        .filter(({ language }) => ['js', 'javascript', 'ts', 'typescript'].includes(language))
        .map((block, index): [string, string] => [`${path} ${index + 1}`, block.text]),
    ),
  );
  const asked = new Set<string>();
  return {
    guides,
    leftOut: () => [...programs.keys()].filter((name) => !asked.has(name)),
    program: (name, replacing = {}) => {
      asked.add(name);
      let text = programs.get(name);
      if (text === undefined) throw new Error(`There is no program ${name}.`);
      for (const [from, to] of Object.entries(replacing)) {
        if (!text.includes(from)) throw new Error(`${name} does not have ${from}.`);
        text = text.replaceAll(from, to);
      }
      return text;
    },
  };
}
