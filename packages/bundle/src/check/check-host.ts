import { readFacts } from '../read-facts.ts';
import { checkAnswer } from './check-answer.ts';
import { checkFiles, checkModes } from './check-files.ts';
import { checkNatives } from './check-natives.ts';
import { checkUrl } from './check-url.ts';
import { type Finding, good, note } from './finding.ts';

/**
 * Finds out whether a bundle works on this host: its files, its native modules, and one page, asked for as the web server starts the
 * application. With a URL, what the web server answers there as well.
 *
 * @param folder the bundle
 */
export async function checkHost(folder: string, url: string | undefined): Promise<Finding[]> {
  const facts = readFacts(folder);
  const files = checkFiles(folder, facts.files);
  const before = [
    good(`Node ${process.versions.node} is at ${process.execPath}; ${facts.node} or later is needed.`),
    ...files,
    ...checkModes(folder),
    ...(await checkNatives(folder, facts.natives)),
  ];
  // An application with files missing fails in ways that mislead.
  if (files.some(({ state }) => state === 'bad')) return before;
  const answer = await checkAnswer(folder);
  const seen =
    url === undefined
      ? [note('Whether the web server starts it: ./check https://YOUR.SITE/')]
      : await checkUrl(url);
  return [...before, ...answer, ...seen];
}
