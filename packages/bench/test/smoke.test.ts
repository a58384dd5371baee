import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { type WayCosts, ways } from '../src/capacity/measure.ts';
import { contenders } from '../src/contender.ts';
import { kinds } from '../src/kinds/index.ts';
import type { Report } from '../src/report/write-reports.ts';

const missing = skipReason('nginx', 'wrk');
if (missing !== undefined) console.warn(`skipped: a tiny run of every benchmark: ${missing}`);

/** Compiling Go for the first time takes longer than everything else here. */
const names = [...contenders.keys()].filter((name) => name !== 'go');
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(args: readonly string[], file = program): Promise<{ output: string; status: number | null }> {
  return new Promise((resolve, reject) => {
    // A process of its own: it moves to one core for good.
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ output, status }));
  });
}

describe.skipIf(missing !== undefined)('a tiny run of every benchmark', () => {
  let folder = '';
  let ran: Awaited<ReturnType<typeof run>>;
  let report: Report;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fcgi-bench-test-'));
    ran = await run(['--smoke', '--contenders', names.join(','), '--out', folder]);
    report = JSON.parse(await readFile(join(folder, 'bench.json'), 'utf8'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('succeeds, whatever the figures', () => {
    expect(ran).toMatchObject({ status: 0 });
  });

  test.each(kinds.map(({ name }) => name))('of the kind %s measures somebody', (name) => {
    const result = report.results.find(({ kind }) => kind === name);
    const figures = result?.rows.flatMap((row) => row.figures) ?? [];
    expect(figures.length).toBeGreaterThan(1);
    expect(figures.filter((figure) => !Number.isFinite(figure))).toEqual([]);
    expect(result?.comparisons.length).toBeGreaterThan(0);
    expect(ran.output).toContain(`${name}: `);
  });

  test('lets everybody take part who can be installed from npm', () => {
    const taking = new Set(report.results.flatMap(({ rows }) => rows.map(({ name }) => name)));
    // The last two appear under the names of what they do.
    const expected = names.filter((name) => !['libfcgi', 'held', 'stdin'].includes(name));
    expect(expected.filter((name) => !taking.has(name))).toEqual([]);
  });

  test('says on what it was measured', () => {
    expect(report.machine.versions).toMatchObject({
      node: process.versions.node,
      nginx: expect.stringMatching(/^\d+\./),
      wrk: expect.stringMatching(/^\d+\./),
      express: expect.stringMatching(/^5\./),
    });
  });

  test('draws a chart', async () => {
    expect(await readFile(join(folder, 'bench.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });
});

describe.skipIf(missing !== undefined)('a run with --profile', () => {
  test('says where the time went, and leaves the profiles', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fcgi-bench-test-'));
    const { output, status } = await run([
      'hello',
      '--smoke',
      '--contenders',
      'node',
      '--profile',
      '--out',
      folder,
    ]);
    expect({ output, status }).toMatchObject({ status: 0 });
    expect(output).toMatch(/node\.cpuprofile\n +\d+\.\d %/);
    expect(await readdir(join(folder, 'profiles', 'hello'))).toEqual(['node.cpuprofile']);
    await rm(folder, { recursive: true });
  });
});

test('wrong arguments are answered with the reason and exit status 2', async () => {
  expect(await run(['--quick'])).toMatchObject({ status: 2, output: expect.stringContaining('--quick') });
});

test.skipIf(missing !== undefined)(
  'a tiny measurement for docs/capacity.md has figures of every way',
  async () => {
    const { output, status } = await run(['--smoke'], program.replace('main.js', 'capacity.js'));
    expect(status, output).toBe(0);
    const measured: WayCosts[] = JSON.parse(output);
    expect(measured.map(({ name }) => name)).toEqual(ways.map(({ name }) => name));
    const figures = measured.flatMap(({ application, webServer }) => [...application, ...webServer]);
    expect(figures).toHaveLength(2 * ways.length);
    expect(figures.every((figure) => figure > 0)).toBe(true);
  },
);
