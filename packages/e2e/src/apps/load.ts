import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Browsers that ask without a pause until SIGTERM: `load URL COUNT`. A line of JSON is printed for each request that has
 * ended.
 */

const [base = '', count = '1'] = process.argv.slice(2);
/** One of so many requests is a POST. */
const POST_EVERY = 4;
const TIMEOUT = 30_000;
let isOver = false;
let requests = 0;

async function browse(browser: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) {
    requests += 1;
    const method = requests % POST_EVERY === 0 ? 'POST' : 'GET';
    const token = `${method}-${requests}`;
    const start = Date.now();
    const [status, body] = await ask(agent, method, token).catch((): [number, string] => [0, '']);
    process.stdout.write(
      `${JSON.stringify({ browser, token, method, start, end: Date.now(), status, body })}\n`,
    );
    await delay(10);
  }
  agent.destroy();
}

function ask(agent: Agent, method: string, token: string): Promise<[status: number, body: string]> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT);
    const sent = request(new URL(token, base), { agent, method, signal }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve([answer.statusCode ?? 0, body]));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? 'body' : undefined);
  });
}

process.once('SIGTERM', () => {
  isOver = true;
});
await Promise.all(Array.from({ length: Number(count) }, (_, browser) => browse(browser)));
