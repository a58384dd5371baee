import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unsupportedNode } from '../src/node-version.mjs';
import { pinnedPnpm, pnpmCommand } from '../src/pnpm-command.mjs';
import { StepFailed, step } from '../src/steps.mjs';
import { findProgram, skipReason, whyMissing } from '../src/system-packages.mjs';
import { root } from '../src/workspace.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-test-'));
  vi.stubEnv('PATH', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('Node', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('%s will do', (version) => {
    expect(unsupportedNode(version)).toBeUndefined();
  });

  test.each(['18.20.8', '20.18.3', '9.11.2'])('%s is refused with both versions named', (version) => {
    expect(unsupportedNode(version)).toBe(`fcgi-js needs Node 20.19.0 or later; this is Node ${version}.`);
  });
});

describe('pnpm', () => {
  test('comes from the PATH if it has the pinned version there', async () => {
    await program('pnpm', `echo ${pinnedPnpm()}`);
    expect(pnpmCommand()).toEqual(['pnpm']);
  });

  test('of another version is passed over for the pinned one through npx', async () => {
    await program('pnpm', 'echo 9.0.0');
    vi.stubEnv('npm_execpath', undefined);
    expect(pnpmCommand()).toEqual(['npx', '--yes', `pnpm@${pinnedPnpm()}`]);
  });

  test('comes through the very npm that runs the script', () => {
    vi.stubEnv('npm_execpath', '/somewhere/npm-cli.js');
    expect(pnpmCommand()).toEqual([
      process.execPath,
      '/somewhere/npm-cli.js',
      'exec',
      '--yes',
      '--',
      `pnpm@${pinnedPnpm()}`,
    ]);
  });
});

describe('a program that npm cannot install', () => {
  test('is found on the PATH', async () => {
    const path = await program('chromium', '');
    expect(findProgram('chromium')).toBe(path);
    expect(skipReason('chromium')).toBeUndefined();
  });

  test('is not found without its run bit', async () => {
    await chmod(await program('chromium', ''), 0o644);
    expect(findProgram('chromium')).toBeUndefined();
  });

  test('that is missing is a reason to skip, which names the package', () => {
    vi.stubEnv('CI', undefined);
    expect(whyMissing('chromium')).toBe('chromium is not installed: apt-get install chromium');
    expect(skipReason('chromium')).toBe('chromium is not installed: apt-get install chromium');
    expect(whyMissing('h2o', 'chromium')).toBe(
      'h2o, chromium are not installed: apt-get install h2o chromium',
    );
  });

  test('that is missing is a failure in continuous integration', () => {
    vi.stubEnv('CI', 'true');
    expect(() => skipReason('chromium')).toThrow(/^chromium is not installed: apt-get install chromium/);
  });
});

describe('a step', () => {
  function captureOutput() {
    let output = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += text;
      return true;
    });
    return () => output;
  }

  test('that succeeds is one line', async () => {
    const output = captureOutput();
    await step('Doing it', [process.execPath, '-e', 'console.log("chatter")']);
    expect(output()).toMatch(/^Doing it …\nDoing it: \d+\.\d s\n$/);
  });

  test('that fails shows what its program printed, on both streams', async () => {
    const output = captureOutput();
    const script = 'console.log("on stdout"); console.error("on stderr"); process.exitCode = 3';
    await expect(step('Doing it', [process.execPath, '-e', script])).rejects.toThrow(
      /ended with exit code 3$/,
    );
    expect(output()).toMatch(/^Doing it …\nDoing it: failed after \d+\.\d s\n\n/);
    expect(output()).toContain('on stdout');
    expect(output()).toContain('on stderr');
  });

  test('whose program does not exist fails as a step', async () => {
    captureOutput();
    await expect(step('Doing it', ['no-such-program'])).rejects.toThrow(StepFailed);
  });
});

describe('npm start', () => {
  function start(...args: string[]) {
    const script = join(root, 'packages/tooling/bin/start.mjs');
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });
  }

  test('explains its options with --help', async () => {
    expect(await start('--help')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/--nginx.*--port/s),
      stderr: '',
    });
  });

  test.each([
    ['--ngins', /--ngins/],
    ['--port=0', /1 to 65535, not "0"/],
    ['--port=http', /not "http"/],
    ['app.js', /app\.js/],
  ])('refuses %s before it installs anything', async (arg, message) => {
    expect(await start(arg)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });
});
