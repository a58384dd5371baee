import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FcgiClient, paramsFromRequest } from '@fcgi-js/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Child } from '../../src/child.ts';
import { reservePort } from '../../src/free-port.ts';
import { until } from '../../src/poll.ts';
import { fcgi, startRunner } from '../../src/runner.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';

const programs = fileURLToPath(new URL('../../programs/node', import.meta.url));
const env = { ...process.env, PORT: undefined };

async function freePort(): Promise<number> {
  const { port, release } = await reservePort();
  onTestFinished(release);
  return port;
}

/** Two free ports, the lower one first. */
async function twoPorts(): Promise<string[]> {
  const ports = [await freePort(), await freePort()];
  return ports.sort((one, other) => one - other).map(String);
}

/** Runs a program; what it answers to `GET /` over FastCGI, and all its output. */
async function answerOf(program: string, args: readonly string[]): Promise<[answer: string, output: string]> {
  const { path: cwd, remove } = await createScratchFolder();
  onTestFinished(remove);
  const socket = join(cwd, 'app.sock');
  const runner = await startRunner(['--listen', socket, join(programs, program), ...args], { cwd, env });
  onTestFinished(() => runner.stop());
  const client = new FcgiClient({ address: `unix:${socket}` });
  onTestFinished(() => client.close({ timeout: 0 }));
  const { body } = await client.request({ params: paramsFromRequest(new Request('http://example.org/')) });
  return [await text(body), runner.output];
}

const beside = [
  'figures first',
  'figures last',
  'health checks',
  'a redirect to HTTPS',
  'a redirect to another host',
  'an interface for administrators',
];

describe.each(['5', '4'])('an application of Express %s', (version) => {
  test.each(beside)('with %s is served, and one line says why', async (kind) => {
    const [low = '', high = ''] = await twoPorts();
    const [answer, output] = await answerOf('beside.cjs', [kind, version, low, high]);
    expect(answer).toBe('the shop');
    const said = `Served is its server for port ${high}, because .*; it opens port ${low} itself. To serve another one, name its port: --port ${low}`;
    expect(output.match(new RegExp(said, 'g'))).toHaveLength(1);
  });

  test.each(['figures, and exports the shop', 'figures of node:http, and exports the shop'])(
    'that opens %s is served as it is exported',
    async (kind) => {
      const [low = '', high = ''] = await twoPorts();
      const [answer, output] = await answerOf('beside.cjs', [kind, version, low, high]);
      expect(answer).toBe('the shop');
      expect(output).toMatch(new RegExp(`also listens on port ${low}, which it opens itself.*--port ${low}`));
      expect(await (await fetch(`http://127.0.0.1:${low}/metrics`)).text()).toMatch(/figures|metrics/);
    },
  );
});

test('a server that is exported as well is served as a server', async () => {
  const [low = '', high = ''] = await twoPorts();
  const kind = 'what it exports as well, which speaks of health';
  const [answer, output] = await answerOf('beside.cjs', [kind, '5', low, high]);
  expect(answer).toBe('the shop of health');
  expect(output).toContain(`its server for port ${low}`);
});

test.each(['get-port', 'portfinder'])(
  'an application that looks for a free port with %s finds it',
  async (kind) => {
    expect(await answerOf('free-port.mjs', [kind, String(await freePort())])).toEqual([
      'the shop, true',
      expect.any(String),
    ]);
  },
);

test('figures in the first process of a cluster are not served for the application, unless they are named', async () => {
  const port = String(await freePort());
  const file = join(programs, 'cluster-figures.cjs');
  const runner = new Child(process.execPath, [fcgi, 'run', '--start-timeout', '3', file, port], { env });
  onTestFinished(() => runner.stop('SIGKILL'));
  await until(() => (runner.isRunning ? undefined : true), { what: 'end of the runner', timeout: 30_000 });
  expect(runner.exitCode).toBe(1);
  expect(runner.output).toMatch(
    new RegExp(`forks workers of its own \\(cluster\\), whose servers are not served.*--port ${port}\\.`),
  );
});
