import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, Runner } from './support/runner.ts';

const application = "module.exports = (req, res) => res.end('served');";

describe('a variable of the environment that is not what it should be', () => {
  const socket = { address: 'unix:/nowhere', fd: 3, listen: './s', ports: [], serves: true };
  const left = { pid: process.pid, sockets: [socket] };

  test.each([
    ['alone', [], '{', /does not have what fcgi run writes into it/],
    ['with workers', ['--workers', '1'], 'null', /does not have what/],
    ['alone', [], JSON.stringify({ ...left, sockets: [{ ...socket, address: 1 }] }), /does not have what/],
    [
      'with workers',
      ['--workers', '1'],
      JSON.stringify({ ...left, pid: 1 }),
      /names process 1, and this .* by \d+/,
    ],
    ['alone', [], JSON.stringify(left), /has opened no channel to it/],
  ])('FCGI_RUN_INHERITANCE is ignored %s, and said', async (_, more, value, reason) => {
    const cwd = await folderWith({
      'app.cjs': "module.exports = (req, res) => res.end(String('FCGI_RUN_INHERITANCE' in process.env));",
    });
    const runner = await new Runner(['--listen', './s', ...more, 'app.cjs'], {
      cwd,
      env: { FCGI_RUN_INHERITANCE: value },
    }).serving();
    expect(runner.stderr).toMatch(/the environment variable FCGI_RUN_INHERITANCE is ignored, because/);
    expect(runner.stderr).toMatch(reason);
    expect(await runner.get()).toBe('200 false');
    expect(await runner.stop()).toBe(0);
  });

  test('WATCHDOG_USEC is ignored, and said', async () => {
    const cwd = await folderWith({ 'app.cjs': application });
    for (const value of ['soon', '1']) {
      const env = { NOTIFY_SOCKET: join(cwd, 'nowhere'), WATCHDOG_USEC: value };
      const runner = await new Runner(['--listen', './s', 'app.cjs'], { cwd, env }).serving();
      expect(runner.stderr).toContain(`WATCHDOG_USEC is ${JSON.stringify(value)} and is ignored, because`);
      expect(await runner.stop()).toBe(0);
    }
  });
});
