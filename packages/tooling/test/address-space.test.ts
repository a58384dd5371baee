import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runtimeProgram, runtimes } from '../src/runtimes.ts';
import { publishedPackages, root } from '../src/workspace.mjs';

/** Kibibytes of address space that shared hosts allow a process. */
const LIMIT = 2_097_152;
const fcgi = join(root, 'packages/cli/dist/bin/fcgi.js');
const APPLICATION =
  "require('node:http').createServer((req, res) => res.end('hello')).listen(process.env.PORT ?? 3000);";

/** A program and its arguments, with the address space limited. */
function limited(...words: string[]): [program: string, args: string[]] {
  return ['/bin/sh', ['-c', `ulimit -v ${LIMIT}; exec "$@"`, 'sh', ...words]];
}

async function outputOf(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(...limited(...words), { cwd: '/' });
  return stdout;
}

/** Starts a command of fcgi; resolves to what it said when `pattern` is among it. */
async function started(
  node: string,
  cwd: string,
  pattern: RegExp,
  ...words: string[]
): Promise<RegExpExecArray> {
  const [program, args] = limited(node, fcgi, ...words);
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  let output = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        const found = pattern.exec(output);
        if (found !== null) resolve(found);
      });
    }
    child.once('close', () => reject(new Error(`fcgi ${words.join(' ')} ended:\n${output}`)));
  });
}

const nodes = runtimes.filter(({ name }) => name === 'node');

describe.runIf(process.platform === 'linux').each(nodes)(
  'with 2 GiB of address space, where plain Node $version starts',
  (runtime) => {
    test.each(publishedPackages())('$manifest.name is imported', async ({ folder }) => {
      const node = await runtimeProgram(runtime);
      // What is loaded for it may fail later than the import.
      const program = `await import('${root}/${folder}/dist/index.js'); setTimeout(() => console.log('imported'), 100);`;
      expect(await outputOf(node, '--input-type=module', '-e', program)).toBe('imported\n');
    });

    test.each([[[]], [['--workers', '1', '--blocked-timeout', '10s']]])(
      'fcgi run %j serves, and the other commands ask it',
      async (words) => {
        const node = await runtimeProgram(runtime);
        const folder = mkdtempSync(join(tmpdir(), 'fcgi-space-'));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        writeFileSync(join(folder, 'app.cjs'), APPLICATION);
        const address = `unix:${folder}/s`;
        const serve = [
          '--listen',
          address,
          '--status-path',
          '/status',
          '--ping-path',
          '/ping',
          ...words,
          'app.cjs',
        ];
        await started(node, folder, /is served on/, 'run', ...serve);
        const tapped = `unix:${folder}/t`;
        await started(node, folder, /unix:\S+t\b/, 'tap', tapped, address);
        expect(await outputOf(node, fcgi, 'request', tapped, '/')).toBe('hello');
        expect(await outputOf(node, fcgi, 'ping', address)).toContain('answered');
        expect(await outputOf(node, fcgi, 'status', address, '--path', '/status')).toContain('app.cjs');
      },
    );

    test('fcgi dev serves', async () => {
      const node = await runtimeProgram(runtime);
      const folder = mkdtempSync(join(tmpdir(), 'fcgi-space-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'app.cjs'), APPLICATION);
      const [url] = await started(node, folder, /http:\/\/127\.0\.0\.1:\d+/, 'dev', 'app.cjs');
      const response = await new Promise<NodeJS.ReadableStream>((resolve) => get(url, resolve));
      expect(await text(response)).toBe('hello');
    });
  },
);
