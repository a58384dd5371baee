import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { formatAddress, parseAddress } from '@fcgi-js/client';
import type { ConfiguredPlace, Directive } from './configuration.ts';

/** An address as the client writes it; nothing where the text is none, such as a variable. */
export function placeOf(text: string, { at }: Pick<Directive, 'at'>): ConfiguredPlace[] {
  try {
    return [{ address: formatAddress(parseAddress(text)), at }];
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** The files that an include names; `*` and `?` stand for what they do in a shell, in the name of the file. */
export async function includedFiles(pattern: string, folder: string): Promise<string[]> {
  const path = resolve(folder, pattern);
  const name = basename(path);
  if (!/[*?]/.test(name)) return [path];
  const expression = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((each) => expression.test(each))
    .sort()
    .map((each) => join(dirname(path), each));
}

/** Lines with their numbers, without what begins with `#`, and with lines that go on joined. */
export function settingLines(text: string, file: string): Array<{ at: string; text: string }> {
  const lines: Array<{ at: string; text: string }> = [];
  let open: { at: string; text: string } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const goesOn = raw.endsWith('\\');
    const part = goesOn ? raw.slice(0, -1) : raw;
    open = { at: open?.at ?? `${file}:${index + 1}`, text: `${open?.text ?? ''}${part}` };
    if (goesOn) continue;
    if (open.text.trim() !== '' && !open.text.trim().startsWith('#')) lines.push(open);
    open = undefined;
  }
  return lines;
}

/** Words of a line; quoted ones are one word. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}
