import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as middleware from '@fcgi-js/middleware';
import { expect, onTestFinished, test } from 'vitest';
import { readConfigFile } from '../../src/options/config-file.ts';
import { PARAMS_FIXES, paramsFixes, paramsTransform } from '../../src/options/params-fixes.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-params-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const FUNCTION = "(params) => new Map(params).set('X', 'seen')";

test('every function of the middleware that needs nothing but the params has a name', () => {
  const needMore = ['composeParams', 'forwarded', 'scriptNamePrefix'];
  expect([...PARAMS_FIXES, ...needMore].sort()).toEqual(Object.keys(middleware).sort());
});

test('fixes are applied in the order in which they are named', async () => {
  const folder = await folderWith({ 'fix.mjs': `export default ${FUNCTION};` });
  const words = ['authorizationFix', './fix.mjs'];
  const fixes = words.map((word) => paramsFixes.fromText(word, folder)).reduce(paramsFixes.join!);
  expect(fixes).toEqual(['authorizationFix', `${folder}/fix.mjs`]);
  const transform = await paramsTransform(fixes);
  expect(Object.fromEntries(transform(new Map([['REDIRECT_HTTP_AUTHORIZATION', 'Basic x']])))).toEqual({
    HTTP_AUTHORIZATION: 'Basic x',
    REDIRECT_HTTP_AUTHORIZATION: 'Basic x',
    X: 'seen',
  });
});

test.each([
  ['fcgi.config.mjs', FUNCTION],
  ['fcgi.config.ts', "(params: Map<string, string>) => new Map(params).set('X', 'seen')"],
])('a function of %s is had from that file, by workers too', async (name, code) => {
  const folder = await folderWith({ [name]: `export default { params: ${code} };` });
  const config = await readConfigFile(join(folder, name));
  expect(config.values['params']).toEqual([`${folder}/${name}`]);
  const transform = await paramsTransform(config.values['params'] as string[]);
  expect(transform(new Map()).get('X')).toBe('seen');
});

test.each(['forwarded', 'no-such-fix', ''])('%j is refused, with the names that there are', (word) => {
  expect(() => paramsFixes.fromText(word, '/')).toThrow(
    /It must be one of apacheProxyFix, .*scriptNameStripper/,
  );
});

test('a module that has no function is refused with its name', async () => {
  const folder = await folderWith({ 'fix.mjs': 'export default 7;' });
  await expect(paramsTransform([`${folder}/fix.mjs`])).rejects.toThrow(
    `${folder}/fix.mjs: Its default export`,
  );
  await expect(paramsTransform([`${folder}/none.mjs`])).rejects.toThrow('could not be loaded');
});
