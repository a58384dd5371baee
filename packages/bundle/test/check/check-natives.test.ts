import { expect, test } from 'vitest';
import { checkNatives } from '../../src/check/check-natives.ts';
import { folderWith } from '../support/folder.ts';

const here = `${process.platform}-${process.arch}`;

test('a native module for another platform is said to be', async () => {
  const natives = [{ file: 'app/node_modules/@s/x/x.node', platform: 'win32-x64' }];
  expect(await checkNatives(folderWith(), natives)).toEqual([
    {
      state: 'bad',
      text: `@s/x has native modules for win32-x64, and this host is ${here}: make the bundle on such a machine.`,
    },
  ]);
});

test('one that cannot be loaded is said to be, with the reason', async () => {
  const folder = folderWith({ 'app/x-1.node': 'no module' });
  const [finding] = await checkNatives(folder, [{ file: 'app/x-1.node', platform: here }]);
  expect(finding).toMatchObject({
    state: 'bad',
    text: expect.stringMatching(/^app: its native module cannot be loaded by this Node: .*x-1\.node/),
  });
});
