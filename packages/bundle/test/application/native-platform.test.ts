import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nativePlatform } from '../../src/application/native-platform.ts';
import { folderWith } from '../support/folder.ts';

function headOf(fields: ReadonlyArray<readonly [at: number, bytes: readonly number[]]>): Buffer {
  const head = Buffer.alloc(300);
  for (const [at, bytes] of fields) head.set(bytes, at);
  return head;
}

const ELF = [0x7f, 0x45, 0x4c, 0x46] as const;

test.each([
  [
    'linux-x64',
    headOf([
      [0, ELF],
      [18, [62, 0]],
    ]),
  ],
  [
    'linux-arm64',
    headOf([
      [0, ELF],
      [18, [183, 0]],
    ]),
  ],
  [
    'linux-unknown',
    headOf([
      [0, ELF],
      [18, [1, 1]],
    ]),
  ],
  ['darwin-arm64', headOf([[0, [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]]])],
  ['darwin-x64', headOf([[0, [0xcf, 0xfa, 0xed, 0xfe, 0x07, 0, 0, 1]]])],
  ['darwin-universal', headOf([[0, [0xca, 0xfe, 0xba, 0xbe]]])],
  [
    'win32-x64',
    headOf([
      [0, [0x4d, 0x5a]],
      [0x3c, [0x80]],
      [0x80, [0x50, 0x45, 0, 0, 0x64, 0x86]],
    ]),
  ],
  [
    'unknown',
    headOf([
      [0, [0x4d, 0x5a]],
      [0x3c, [0xff, 0xff, 0xff, 0xff]],
    ]),
  ],
  ['unknown', Buffer.from('text')],
  ['unknown', Buffer.alloc(0)],
])('%s is known by the head of the file', (platform, bytes) => {
  const file = join(folderWith(), 'a.node');
  writeFileSync(file, bytes);
  expect(nativePlatform(file)).toBe(platform);
});
