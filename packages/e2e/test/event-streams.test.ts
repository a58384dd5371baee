import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { skipReason } from '../../tooling/src/system-packages.mjs';
import { until } from '../src/poll.ts';
import { startRunner } from '../src/runner.ts';
import { createScratchFolder } from '../src/scratch-folder.ts';
import { launchWebServer } from '../src/web-servers/launch.ts';
import { configureNginx } from '../src/web-servers/nginx.ts';

const application = fileURLToPath(new URL('../programs/node/event-streams.mjs', import.meta.url));
const missing = skipReason('nginx');

/** Each is a connection to nginx and one of nginx to the application. nginx lets some go before it has as many as it may have. */
const STREAMS = 1_500;
/** Browsers that come at the same time; the queue of a listening socket is longer. */
const BATCH = 100;

/** A browser with an event stream. */
interface Stream {
  readonly socket: Socket;
  received: string;
}

async function comeAll(url: URL): Promise<Stream[]> {
  const streams: Stream[] = [];
  while (streams.length < STREAMS) {
    const batch = Array.from({ length: BATCH }, () => open(url));
    streams.push(...batch);
    await hear(batch, 'data: hello\n\n');
  }
  return streams;
}

function open({ hostname, port }: URL): Stream {
  const stream: Stream = { received: '', socket: connect(Number(port), hostname) };
  stream.socket.on('data', (chunk: Buffer) => {
    stream.received += chunk.toString('latin1');
  });
  stream.socket.on('error', () => {});
  stream.socket.write(`GET /events HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  return stream;
}

async function hear(streams: readonly Stream[], text: string): Promise<void> {
  await until(
    () => streams.every(({ received, socket }) => received.includes(text) || socket.closed) || undefined,
    {
      what: `"${text.trim()}" in every stream`,
      timeout: 60_000,
    },
  );
}

test.skipIf(missing !== undefined)(
  `${STREAMS} event streams behind nginx are all served, hear of news, leave at once and are back, beside pages`,
  async () => {
    const { path: folder, remove } = await createScratchFolder();
    onTestFinished(remove);
    const socket = join(folder, 'app.sock');
    const runner = await startRunner(['--listen', socket, '--socket-mode', '666', application], {
      cwd: folder,
    });
    onTestFinished(() => runner.stop());
    const nginx = await launchWebServer({ folder }, async (port) => {
      const site = `server { listen 127.0.0.1:${port}; location / { include /etc/nginx/fastcgi_params; fastcgi_pass unix:${socket}; } }`;
      return await configureNginx(folder, site, { connections: 4 * STREAMS });
    });
    onTestFinished(() => nginx.stop());
    const page = async (path: string) => Number(await (await fetch(new URL(path, nginx.url))).text());
    const all = (count: number) =>
      until(async () => ((await page('/')) === count ? true : undefined), {
        what: `${count} streams`,
        timeout: 60_000,
      });

    let streams = await comeAll(nginx.url);
    await all(STREAMS);
    expect(await page('/tell')).toBe(STREAMS);
    await hear(streams, 'data: news\n\n');
    for (const stream of streams) stream.socket.destroy();
    await all(0);
    const refused = ({ received }: Stream) => !received.startsWith('HTTP/1.1 200 ');
    expect(streams.filter(refused)).toEqual([]);
    streams = await comeAll(nginx.url);
    await all(STREAMS);
    expect(streams.filter(refused)).toEqual([]);
    expect(streams.filter((stream) => stream.socket.closed)).toEqual([]);
    for (const stream of streams) stream.socket.destroy();
    await all(0);
    expect(runner.output).not.toMatch(/limit|refused|FCGI_(?!CONNECTION_LOST)/);
  },
);
