import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { folderWith } from '../run/support/runner.ts';
import { FcgiProcess, type ProcessOptions } from '../support/fcgi-process.ts';

/** A running `fcgi dev` of one test, in a folder of its own. */
export interface Development {
  readonly folder: string;
  readonly running: FcgiProcess;
  readonly url: string;
  get(path: string, options?: AskOptions): Promise<{ status: number; body: string }>;
  /** Writes a file of the application. */
  write(name: string, content: string): Promise<void>;
}

interface AskOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Starts it, and waits until it sees every change; whether the application has been loaded by then is open. */
export async function startDevelopment(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = ['app.mjs'],
  options: ProcessOptions = {},
): Promise<Development> {
  const folder = await folderWith({ 'package.json': '{}', ...files });
  const running = new FcgiProcess(['dev', '--port', '0', ...args], { ...options, cwd: folder });
  await running.printed(/load it again/);
  const url = / on (http:\S+),/.exec(running.stdout + running.stderr)?.[1] ?? '';
  return {
    folder,
    running,
    url,
    get: (path, asked) => ask(url + path, asked),
    write: (name, content) => writeFile(join(folder, name), content),
  };
}

function ask(url: string, { body, headers, method }: AskOptions = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asking = request(
      url,
      { headers: { ...headers }, method: method ?? 'GET', agent: false },
      (response) => {
        text(response).then((got) => resolve({ status: response.statusCode ?? 0, body: got }), reject);
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}
