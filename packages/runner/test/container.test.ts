import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask, fcgi, folderWith } from './support/runner.ts';

const app = `const { execSync, spawn } = require('node:child_process');
  module.exports = (req, res) => {
    if (req.url === '/loop') for (;;);
    if (req.url === '/call') execSync('sleep 60');
    if (req.url === '/leave') return spawn('sh', ['-c', 'sleep 0.1 & exit'], { stdio: 'ignore' }).on('exit', () => res.end('left'));
    res.end('pid ' + process.pid);
  };`;

/** Why there is no process 1 to be had. */
const isPossible = process.getuid?.() === 0 && existsSync('/usr/bin/unshare');
if (!isPossible) console.log("skipped: a process of one's own as process 1 needs root and unshare");

/** The ids of the processes whose parent has an id. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function stateOf(pid: number): string {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
}

/** `fcgi run` as process 1, in a PID namespace of its own. */
async function startAsFirst(args: readonly string[]) {
  const cwd = await folderWith({ 'app.cjs': app });
  const command = [process.execPath, fcgi, 'run', '--listen', './s', ...args, 'app.cjs'];
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', ...command], {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await expect.poll(() => stderr, { timeout: 20_000 }).toMatch(/is served on/);
  const [first = 0] = childrenOf(child.pid ?? 0);
  return { ended, first, get: (path: string) => ask(`unix:${join(cwd, 's')}`, path), said: () => stderr };
}

test.runIf(isPossible).each(['/loop', '/call'])(
  'as process 1 of a container it ends when its event loop is blocked (%s)',
  async (path) => {
    const { ended, get, said } = await startAsFirst(['--blocked-timeout', '0.5s']);
    await expect(get(path)).rejects.toThrow();
    expect(await ended).toBe(137);
    expect(said().match(/has been blocked for/g)).toHaveLength(1);
  },
);

test.runIf(isPossible).each([
  ['alone', []],
  ['with workers', ['--workers', '1']],
])('as process 1 of a container, %s, it hears signals and ends with 0', async (_how, args) => {
  const { ended, first, get, said } = await startAsFirst(args);
  expect(await get('/')).toMatch(/^200 pid (?!1$)/);
  process.kill(first, 'SIGUSR2');
  if (args.length > 0)
    await expect.poll(said).toMatch(/the container would end with this process\. HUP loads/);
  else return expect(await ended).toBe(140);
  process.kill(first, 'SIGHUP');
  await expect.poll(said, { timeout: 20_000 }).toMatch(/reloaded: all workers serve/);
  process.kill(first, 'SIGTERM');
  expect(await ended).toBe(0);
});

test.runIf(isPossible)(
  'as process 1 it reaps what the application leaves behind, or says what does',
  async () => {
    const { first, get, said } = await startAsFirst([]);
    for (let count = 0; count < 3; count += 1) expect(await get('/leave')).toBe('200 left');
    // Node cannot become a shell before version 22.15.
    if (!('execve' in process)) {
      expect(said()).toMatch(/does not reap processes .*docker run --init, "init: true" in compose\.yaml/);
      return;
    }
    const zombies = () => childrenOf(first).filter((pid) => stateOf(pid) === 'Z');
    await expect.poll(() => childrenOf(first).length).toBe(1);
    expect(zombies()).toEqual([]);
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(first)], { encoding: 'utf8' })).toMatch(/^sh -c/);
  },
);
