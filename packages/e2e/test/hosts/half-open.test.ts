import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Child } from '../../src/child.ts';
import { createNetwork, type Network, SUBNET, whyNoHosts } from '../../src/hosts/network.ts';
import { until } from '../../src/poll.ts';

/** With the defaults, 60000 and 15, this takes a quarter of an hour. */
const KEEP_ALIVE_DELAY = Number(process.env['HALF_OPEN_DELAY'] ?? 1_000);
const RETRIES = Number(process.env['HALF_OPEN_RETRIES'] ?? 3);
const TIMEOUT = 1_800_000;
const PORT = 9000;
/** Questions without an answer, one each second, after which a connection is lost. */
const PROBES = 10;

const reason = whyNoHosts();
if (reason !== undefined) console.warn(`skipped: connections whose other end has vanished: ${reason}`);

const programOf = (name: string) => fileURLToPath(new URL(`../../dist/apps/${name}.js`, import.meta.url));

describe.skipIf(reason)('An application whose web server vanishes', () => {
  let network: Network<'app' | 'web'>;
  let children: Child[] = [];

  afterEach(async () => {
    for (const child of children) await child.stop('SIGKILL');
    network.remove();
  });

  /** An application with three connections: idle, waiting for an answer, and with an answer on its way. */
  async function startBoth(): Promise<Child> {
    network = createNetwork('web', 'app');
    const { app, web } = network.hosts;
    app.configure('net.ipv4.tcp_retries2', RETRIES);
    const address = `${app.address}:${PORT}`;
    const node = process.execPath;
    const application = app.start(node, [
      programOf('vanishing-app'),
      address,
      SUBNET,
      String(KEEP_ALIVE_DELAY),
    ]);
    children = [application];
    await until(() => application.output.includes('listening') || undefined, { what: 'application' });
    const webServer = web.start(node, [programOf('vanishing-web-server'), address]);
    children.push(webServer);
    await until(() => webServer.output.includes('asked') || undefined, { what: 'three connections' });
    await until(() => application.output.includes('connections 3') || undefined, { what: 'a look at them' });
    return application;
  }

  test(
    'ends what only waits when nobody answers for it, and an answer that is on its way when the system gives up',
    async () => {
      const application = await startBoth();
      const cut = Date.now();
      network.hosts.web.cut();
      const after = async (what: string) => {
        const time = await until(() => new RegExp(`^(\\d+) ${what}$`, 'm').exec(application.output)?.[1], {
          what: `"${what}"`,
          interval: 50,
          timeout: TIMEOUT,
        }).catch((error: unknown) => {
          throw new Error(application.output, { cause: error });
        });
        return Number(time) - cut;
      };
      const waits = await after('aborted waits');
      const streams = await after('aborted streams');
      await after('connections 0');
      console.info(
        `cut off with a delay of ${KEEP_ALIVE_DELAY} ms, ${RETRIES} retries:\n${application.output.replaceAll(
          /^\d+/gm,
          (time) => `${Number(time) - cut}`,
        )}`,
      );
      // Not sooner than it was told to ask, and has asked.
      expect(waits).toBeGreaterThan(KEEP_ALIVE_DELAY + (PROBES - 2) * 1_000);
      expect(streams).toBeGreaterThan(0);
      expect(application.output).not.toContain('error');
    },
    TIMEOUT,
  );

  test('has TCP look after every connection that it accepts', async () => {
    await startBoth();
    const filter = ['state', 'established', 'sport', '=', `:${PORT}`];
    const sockets = network.hosts.app.start('ss', ['--no-header', '--tcp', '--options', ...filter]);
    await sockets.exited;
    // The one with an answer on its way may have the timer for what is not confirmed instead.
    const timers = await until(() => sockets.output.match(/timer:\((?:keepalive|on),[^)]*\)/g) ?? undefined, {
      what: 'timers of sockets',
    });
    expect(timers).toHaveLength(3);
    expect(timers.filter((timer) => timer.includes('keepalive')).length).toBeGreaterThan(1);
  });
});
