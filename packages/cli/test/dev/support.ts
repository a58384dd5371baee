import { writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { folderWith } from '../../../runner/test/support/runner.ts';
import { FcgiProcess, type ProcessOptions } from '../support/fcgi-process.ts';

/** A running `fcgi dev` of one test, in a folder of its own. */
export interface Development {
  readonly folder: string;
  readonly running: FcgiProcess;
  /** The field `Cookie` of the developer's browser. */
  readonly cookie: string;
  /** With the key, as it is printed. */
  readonly printedUrl: string;
  /** That of recent requests. */
  readonly requestsUrl: string;
  readonly url: string;
  /** Asks as the developer's browser, unless with another field `Cookie`. */
  get(path: string, options?: AskOptions): Promise<Answer>;
  /** Writes a file of the application. */
  write(name: string, content: string): Promise<void>;
}

/** What came back. */
export interface Answer {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
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
  const printedUrl = / on (http:\S+),/.exec(running.stdout + running.stderr)?.[1] ?? '';
  const { origin: url, port, searchParams } = new URL(printedUrl);
  const cookie = `fcgi_dev_${port}=${searchParams.get('key')}`;
  return {
    folder,
    running,
    cookie,
    printedUrl,
    requestsUrl: printedUrl.replace('/?', '/__fcgi?'),
    url,
    get: (path, asked) => ask(url + path, { ...asked, headers: { Cookie: cookie, ...asked?.headers } }),
    write: (name, content) => writeFile(join(folder, name), content),
  };
}

function ask(url: string, { body, headers, method }: AskOptions = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const asking = request(
      url,
      { headers: { ...headers }, method: method ?? 'GET', agent: false },
      (response) => {
        const { headers: fields, statusCode: status = 0 } = response;
        text(response).then((got) => resolve({ status, headers: fields, body: got }), reject);
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}
