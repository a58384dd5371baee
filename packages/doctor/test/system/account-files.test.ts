import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { accountEntry, groupsNaming } from '../../src/system/account-files.ts';

test('root is found by name and by number, as the system has it', () => {
  const [name, , uid, gid, , home] = accountEntry('passwd', 'root') ?? [];
  expect([name, uid, gid]).toEqual(['root', '0', '0']);
  expect(accountEntry('passwd', 0)?.[5]).toBe(home);
  expect(accountEntry('group', 0)?.[0]).toBe(
    execFileSync('id', ['-gn', 'root'], { encoding: 'utf8' }).trim(),
  );
});

test('what is not there is not found, and a number is no name', () => {
  expect(accountEntry('passwd', 'no-such-user')).toBeUndefined();
  expect(accountEntry('passwd', '0')).toBeUndefined();
  expect(groupsNaming('no-such-user')).toEqual([]);
});
