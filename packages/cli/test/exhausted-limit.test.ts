import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { fcgi, folderWith } from '../../runner/test/support/runner.ts';
import { exhaustedLimit } from '../src/exhausted-limit.ts';

describe('an error of a limit of the system', () => {
  test('names the limit, its value and what to do', () => {
    const files = exhaustedLimit(Object.assign(new Error(), { code: 'EMFILE', syscall: 'open' }));
    expect(files).toMatch(/\(EMFILE\): ulimit -n is .+ Raise it: "ulimit -n 1024"/);
    const processes = exhaustedLimit(Object.assign(new Error(), { code: 'EAGAIN', syscall: 'spawn node' }));
    expect(processes).toMatch(/\(EAGAIN\): ulimit -u is .+ Raise it: "ulimit -u 1024"/);
  });

  test.each([
    undefined,
    null,
    'text',
    new Error('other'),
    Object.assign(new Error(), { code: 'EAGAIN', syscall: 'write' }),
  ])('is not %s', (error) => {
    expect(exhaustedLimit(error)).toBeUndefined();
  });
});

test.runIf(process.platform === 'linux').each([25, 28])(
  'with ulimit -n %i, where plain Node starts, fcgi run says which limit is too low, and nothing else',
  async (files) => {
    const cwd = await folderWith({ 'app.cjs': 'module.exports = (req, res) => res.end();' });
    const { error, stderr } = await new Promise<{ error: Error | null; stderr: string }>((resolve) => {
      const command = `ulimit -n ${files}; exec "$@"`;
      execFile(
        '/bin/sh',
        ['-c', command, 'sh', process.execPath, fcgi, 'run', 'app.cjs'],
        { cwd },
        (failed, _, text) => resolve({ error: failed, stderr: text }),
      );
    });
    expect(error).toMatchObject({ code: 1 });
    expect(stderr).toContain(`ulimit -n is ${files}, and fcgi needs 64 to start`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  },
);
