import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readManifest, root } from '../src/workspace.mjs';

const run = promisify(execFile);
const { scripts = {} } = readManifest(root) as { scripts?: Record<string, string> };

/** What CONTRIBUTING.md and README.md name and is not run here, with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['docs', 'typecheck'].map((step) => [
      `npm run ${step}`,
      'a step that needs no build: .ci/run takes it in a clean clone',
    ]),
  ),
  'npm install': 'CONTRIBUTING.md says that it does not work',
  'npm run changeset': 'asks questions; `npm run changeset -- --empty` asks none, and is run',
  'npm run pnpm --': 'what begins with it is a command',
  'npm run release': 'release.test.ts runs it',
  'npm run release -- --publish': 'publishes',
  'npm run test:release': 'runs this file; .ci/run is the same program, in a clean clone',
  'npm start -- --nginx': 'needs nginx; example.test.ts runs what it starts',
  'npm test': 'runs all tests; .ci/run is the same program, in a clean clone',
  "npm test -- packages/server -t 'aborts'": '`npm test`, for some tests',
};

/** For hours, and with `npm run build` done. */
const takesHours = (command: string) => /^[A-Z_]+=/.test(command);

/** What runs until it is ended, with what it prints when all is well. */
const servers: Readonly<Record<string, RegExp>> = {
  'npm run pnpm -- --filter site exec vitepress dev': /http:\/\/localhost:\d+/,
  'npm start': /http:\/\/127\.0\.0\.1:\d+\/\n/,
};

/** The commands that a text names, in code blocks and between backticks. */
function namedCommands(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const named = text.matchAll(/(?:`|^)((?:[A-Z_]+=\S+ )*npm [^`\n]+)/gm);
  return [...named].map(([, command = '']) => command.replace(/ +#.*/, '').trim());
}

const commands = [...new Set(['README.md', 'CONTRIBUTING.md'].flatMap(namedCommands))].sort();
const isRun = (command: string) => !(command in leftOut) && !takesHours(command);
/** What is run next where `npm start` has installed a part. */
const second = 'npm run lint';
/** Finds nothing installed. */
const first = 'npm run build';
const untilTheEnd = [
  first,
  ...commands.filter(
    (command) => isRun(command) && !(command in servers) && ![first, second].includes(command),
  ),
  'npm run changeset -- --empty',
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fcgi-js-clone-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A clone of the last commit, in which nothing has been installed. */
async function clone(name: string): Promise<string> {
  const path = join(folder, name);
  await run('git', ['clone', '--quiet', '--shared', root, path]);
  return path;
}

/** The environment of a shell: what vitest and npm tell their children is not for a second npm and vitest. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV|FCGI_JS_|npm_)/.test(name),
  );
  return { ...Object.fromEntries(own), NO_COLOR: '1' };
}

/** Runs a command to its end; fails with what it printed where its exit code is not 0. */
async function runCommand(command: string, cwd: string): Promise<void> {
  await run('sh', ['-c', command], { cwd, env: environment(), maxBuffer: 64 * 1024 * 1024 }).catch(
    ({ message, stderr, stdout }) => {
      throw new Error(`${message}\n${stdout}${stderr}`);
    },
  );
}

/** Runs a command until it has printed something, then ends it and all that it has started. */
async function runServer(command: string, cwd: string, pattern: RegExp): Promise<void> {
  const child = spawn('sh', ['-c', command], {
    cwd,
    detached: true,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let output = '';
  const printed = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (pattern.test(output)) resolve();
      });
    }
  });
  const how = await Promise.race([printed, closed]);
  if (how !== undefined) throw new Error(`${command} ended:\n${output}`);
  process.kill(-child.pid!, 'SIGTERM');
  await closed;
}

test('what is left out is named in the guides', () => {
  expect(commands).toEqual(
    expect.arrayContaining([...Object.keys(leftOut), ...Object.keys(servers), first, second]),
  );
  expect(untilTheEnd.length).toBeGreaterThan(6);
});

/** The scripts that a text tells its readers to run: `npm start`, `npm run build`. */
const namedScripts = (file: string) =>
  namedCommands(file).flatMap((command) => /\bnpm (?:run )?([\w:-]+)/.exec(command)?.[1] ?? []);

const named = [
  ...new Set(['README.md', 'CONTRIBUTING.md', 'packages/e2e/README.md'].flatMap(namedScripts)),
].sort();

test.each(named.filter((name) => name !== 'install'))(
  'npm run %s, which the documents name, installs first what it needs',
  (name) => {
    // Each of these programs installs before it does anything else.
    expect(scripts[name]).toMatch(/^(?:exec )?node packages\/tooling\/bin\/(?:pnpm|start|test)\.mjs\b/);
  },
);

test('no guide for contributors runs a program that only an installation brings', () => {
  for (const file of [
    'README.md',
    'CONTRIBUTING.md',
    'packages/e2e/README.md',
    'packages/e2e/fuzz/README.md',
  ]) {
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/`[^`\n]*\bnpx |^ *npx /m);
  }
});

test('npm start serves in a fresh clone, and what is run next installs the rest', async () => {
  const path = await clone('part');
  await runServer('npm start', path, servers['npm start']!);
  expect(existsSync(join(path, 'packages/bench/node_modules'))).toBe(false);
  await runCommand(second, path);
  expect(existsSync(join(path, 'packages/bench/node_modules'))).toBe(true);
});

describe('in a fresh clone', () => {
  let path: string;

  beforeAll(async () => {
    path = await clone('all');
  });

  // Only the packages stay, so that they are installed once.
  afterEach(async () => {
    await run('git', ['clean', '-fdxq', '-e', 'node_modules'], { cwd: path });
    await run('git', ['checkout', '--quiet', '.'], { cwd: path });
  });

  test.each(untilTheEnd)('%s works', async (command) => {
    await runCommand(command, path);
    if (command !== first) return;
    const { stdout } = await run(process.execPath, [
      join(path, 'packages/cli/dist/bin/fcgi.js'),
      '--version',
    ]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  test.each(Object.keys(servers).filter((command) => command !== 'npm start'))('%s works', (command) =>
    runServer(command, path, servers[command]!),
  );
});
