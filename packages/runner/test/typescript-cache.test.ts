import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

describe('TypeScript', () => {
  test.each([
    ['alone', ['--listen', './s', 'app.ts']],
    ['with workers', ['--listen', './s', '--workers', '1', 'app.ts']],
    ['with a configuration file', ['--config', 'own.ts', 'app.ts']],
  ])('is compiled without a folder that another user could have made first, %s', async (_, args) => {
    const cwd = await folderWith({
      'app.ts':
        "export default (req: unknown, res: { end(text: string): void }) => res.end('typed' as string);",
      'own.ts': "export default { listen: './s' as string };",
      'package.json': '{ "type": "module" }',
      'tmp/keep': '',
    });
    const runner = await new Runner(args, { cwd, env: { TMPDIR: join(cwd, 'tmp') } }).serving();
    expect(await runner.get()).toBe('200 typed');
    expect(await runner.stop()).toBe(0);
    expect(await readdir(join(cwd, 'tmp'))).toEqual(['keep']);
  });
});
