import { FcgiClient } from '@fcgi-js/client';

/**
 * A web server that is going to vanish: `vanishing-web-server ADDRESS`. Keeps three connections: one with nothing to do,
 * one on which an answer is awaited, and one on which one comes.
 */

const [address = ''] = process.argv.slice(2);
const FOREVER = { firstByteTimeout: Number.POSITIVE_INFINITY, stallTimeout: Number.POSITIVE_INFINITY };

async function ask(url: string) {
  const client = new FcgiClient({ address, limits: { ...FOREVER, idleTimeout: 3_600_000 } });
  const { body } = await client.request({ params: { REQUEST_METHOD: 'GET', REQUEST_URI: url } });
  // Read to its end, and then the connection is kept.
  body.on('error', () => {}).resume();
}

await Promise.all(['/', '/waits', '/streams'].map(ask));
process.stdout.write('asked\n');
setInterval(() => {}, 60_000);
