import { isAbsolute, resolve } from 'node:path';
import type { ParamsTransform } from '@fcgi-js/server';
import { OptionValueError, optionError } from '../errors.ts';
import { defaultExport } from './default-export.ts';
import { importFile } from './import-file.ts';
import type { Kind } from './option-kinds.ts';

/** The functions of `@fcgi-js/middleware` that need nothing but the params. */
export const PARAMS_FIXES = [
  'apacheProxyFix',
  'authorizationFix',
  'cgiRootFix',
  'iisFix',
  'lighttpdCgiRootFix',
  'pathInfoFromRequestUri',
  'scriptNameStripper',
] as const;

type FixName = (typeof PARAMS_FIXES)[number];

const isFixName = (text: string): text is FixName => (PARAMS_FIXES as readonly string[]).includes(text);

const MUST = `It must be one of ${PARAMS_FIXES.join(', ')}, or the path of a module, such as ./params.js, whose default export is a function.`;

/** A name as it is; a path becomes absolute. */
function readFix(given: unknown, folder: string): string {
  if (typeof given !== 'string') throw new OptionValueError(MUST);
  if (isFixName(given)) return given;
  if (!/[/\\]/.test(given)) throw new OptionValueError(MUST);
  return resolve(folder, given);
}

/** Changes of the params, each a name or the absolute path of a module; workers get them as JSON. */
export const paramsFixes: Kind<readonly string[], ParamsTransform | string | readonly string[]> = {
  fromText: (given, folder) => [readFix(given, folder)],
  fromFile: (value, folder) =>
    (Array.isArray(value) ? value : [value]).map((one: unknown) => readFix(one, folder)),
  join: (before, value) => [...before, ...value],
  toFile: (value) => value,
};

/** A configuration file with a function stands for the function: workers have it from there. */
export function withFileForFunction(
  content: Readonly<Record<string, unknown>>,
  file: string,
): Readonly<Record<string, unknown>> {
  return typeof content['params'] === 'function' ? { ...content, params: file } : content;
}

/**
 * Makes one function of all.
 *
 * @throws RunnerError where a module cannot be loaded, or has no function
 */
export async function paramsTransform(fixes: readonly string[]): Promise<ParamsTransform> {
  const middleware = await import('@fcgi-js/middleware');
  const transforms: ParamsTransform[] = [];
  for (const fix of fixes) transforms.push(isFixName(fix) ? middleware[fix]() : await fromModule(fix));
  return middleware.composeParams(...transforms);
}

async function fromModule(file: string): Promise<ParamsTransform> {
  if (!isAbsolute(file)) throw optionError(`params: ${MUST}`);
  const exported = defaultExport(await importFile(file));
  const given =
    typeof exported === 'function' ? exported : (exported as { params?: unknown } | undefined)?.params;
  if (typeof given !== 'function')
    throw optionError(`${file}: Its default export must be a function of the params.`);
  return given as ParamsTransform;
}
