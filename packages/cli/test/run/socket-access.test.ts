import { chmod } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { folderWith, Runner } from '../../../runner/test/support/runner.ts';
import { skipReason } from '../../../tooling/src/system-packages.mjs';

const isRoot = process.getuid?.() === 0;
const reason = isRoot ? skipReason('nginx') : 'needs root, whose socket others cannot open';
describe.skipIf(reason)(`fcgi run as root${reason ? ` (${reason})` : ''}`, () => {
  test.each([[], ['--workers', '1']])('says that no web server may connect: %j', async (...workers) => {
    const cwd = await folderWith({ 'app.cjs': `module.exports = (req, res) => res.end('hello');` });
    await chmod(cwd, 0o755);
    const runner = new Runner(['--listen', './s', ...workers, 'app.cjs'], { cwd });
    await runner.says(/fcgi: \S+ \(user [\w-]+\) cannot open this socket.*--socket-group [\w-]+/);
    expect(await runner.get()).toBe('200 hello');
  });

  test('says nothing where everybody may', async () => {
    const cwd = await folderWith({ 'app.cjs': `module.exports = (req, res) => res.end('hello');` });
    await chmod(cwd, 0o755);
    const args = ['--listen', './s', '--socket-mode', '666', 'app.cjs'];
    const runner = await new Runner(args, { cwd }).serving();
    expect(await runner.get()).toBe('200 hello');
    expect(await runner.stop()).toBe(0);
    expect(runner.stderr).not.toContain('cannot open this socket');
  });
});
