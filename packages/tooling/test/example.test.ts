import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { findProgram, skipReason } from '../src/system-packages.mjs';
import { root } from '../src/workspace.mjs';

const running = new Set<Example>();

/** The example as `npm start` runs it once everything is built, in a process of its own. */
class Example {
  output = '';
  readonly #child;

  constructor(options: { port?: number; nginx?: string | undefined } = {}) {
    const file = join(root, 'docs/examples/express/serve.js');
    const settings = JSON.stringify({ port: 3000, ...options });
    const program = `import { serve } from ${JSON.stringify(file)}; await serve(${settings});`;
    this.#child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    running.add(this);
  }

  /** Something that the example prints sooner or later. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.output)?.[0];
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`the example has ended:\n${this.output}`);
      await delay(10);
    }
  }

  url(path: string): Promise<string> {
    return this.printed(/http:\/\/127\.0\.0\.1:\d+(?=\/\n)/).then((origin) => origin + path);
  }

  socket(): Promise<string> {
    return this.printed(/\S+\.sock/);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.signalCode ?? this.#child.exitCode;
  }

  /** Lets it remove its folder, but not take its time. */
  async stop(): Promise<void> {
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    this.interrupt();
    await this.ended();
    clearTimeout(impatience);
  }
}

afterEach(async () => {
  for (const example of running) await example.stop();
  running.clear();
});

async function expectToServe(example: Example): Promise<void> {
  const page = await fetch(await example.url('/show/a%2Fb//c;d?e=%20f'));
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<th>originalUrl<td>/show/a%2Fb//c;d?e=%20f\n');

  const hello = await fetch(await example.url('/hello'), {
    method: 'POST',
    body: new URLSearchParams({ name: 'Ada' }),
  });
  expect(await hello.json()).toEqual({ hello: 'Ada' });

  const upload = await fetch(await example.url('/upload'), { method: 'POST', body: 'x'.repeat(100_000) });
  expect(upload.status).toBe(201);
  expect(await upload.json()).toMatchObject({ bytes: 100_000 });

  const cookies = await fetch(await example.url('/cookies'));
  expect(cookies.headers.getSetCookie()).toHaveLength(2);
  expect((await fetch(await example.url('/redirect'))).url).toBe(await example.url('/show/redirected'));
  expect(await (await fetch(await example.url('/file'))).text()).toContain('sent by res.sendFile');
  expect((await fetch(await example.url('/error'))).status).toBe(500);
  expect((await fetch(await example.url('/nowhere'))).status).toBe(404);
}

describe('the Express example', () => {
  test('answers over FastCGI through the gateway, and Ctrl-C ends it with nothing left behind', async () => {
    const example = new Example();
    await expectToServe(example);
    const socket = await example.socket();
    expect(existsSync(socket)).toBe(true);
    example.interrupt();
    expect(await example.ended()).toBe(0);
    expect(existsSync(dirname(socket))).toBe(false);
  });

  const reason = skipReason('nginx');
  describe.skipIf(reason)(`behind nginx${reason === undefined ? '' : ` (${reason})`}`, () => {
    test('answers the same, and Ctrl-C ends both', async () => {
      const example = new Example({ nginx: findProgram('nginx') });
      await expectToServe(example);
      const url = await example.url('/');
      const socket = await example.socket();
      example.interrupt();
      expect(await example.ended()).toBe(0);
      expect(existsSync(dirname(socket))).toBe(false);
      await expect(fetch(url)).rejects.toThrow();
    });
  });

  test('takes the next port if the first is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen({ port: 0, host: '127.0.0.1' }, resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const url = new URL(await new Example({ port }).url('/'));
      expect(Number(url.port)).toBeGreaterThan(port);
    } finally {
      other.close();
    }
  });

  test('takes one Ctrl-C that arrives twice, as it does below npm, for one', async () => {
    const example = new Example();
    await example.url('/');
    example.interrupt();
    example.interrupt();
    expect(await example.ended()).toBe(0);
  });

  test('ends at once at the second Ctrl-C, though a request is still being answered', async () => {
    const example = new Example();
    const response = await fetch(await example.url('/stream'));
    const socket = await example.socket();
    example.interrupt();
    await delay(800);
    example.interrupt();
    expect(await example.ended()).toBe(130);
    expect(existsSync(dirname(socket))).toBe(false);
    await expect(response.text()).rejects.toThrow();
  });
});
