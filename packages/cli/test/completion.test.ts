import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runFcgi } from './support/fcgi-process.ts';

async function suggestions(...words: string[]): Promise<string[]> {
  const outcome = await runFcgi(['complete', '--', ...words]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return outcome.stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '');
}

test('commands, options and choices come from the definitions of the program', async () => {
  const commands = await suggestions('');
  expect(commands).toEqual(expect.arrayContaining(['config', 'decode', 'doctor', 'ping', 'request', 'tap']));
  expect(commands).not.toContain('complete');
  expect(await suggestions('dec')).toEqual(['decode']);
  expect(await suggestions('decode', '--show')).toEqual(['--show-secrets']);
  expect(await suggestions('config', 'ng')).toEqual(['nginx']);
  expect(await suggestions('request', '--role', 'a')).toEqual(['authorizer']);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s names the command', async (shell) => {
  const outcome = await runFcgi(['completion', shell]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  expect(outcome.stdout).toContain('fcgi complete --');
  if (shell === 'bash') execFileSync('/bin/bash', ['-n'], { input: outcome.stdout });
});

test('another shell is refused', async () => {
  expect(await runFcgi(['completion', 'tcsh'])).toMatchObject({ status: 2, stdout: '' });
});
