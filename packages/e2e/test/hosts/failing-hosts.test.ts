import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { tellHaproxy } from '../../src/hosts/haproxy-admin.ts';
import type { Outcome } from '../../src/hosts/load.ts';
import { whyNoHosts } from '../../src/hosts/network.ts';
import {
  type ApplicationHost,
  applicationHosts,
  BROWSERS,
  type HostedSite,
  type HostedWebServer,
  hostedWebServers,
  startHostedSite,
} from '../../src/hosts/site.ts';
import { until } from '../../src/poll.ts';

const { haproxy, nginx } = hostedWebServers;

/** Times after which a web server gives up are shorter than by default, or this would take minutes. */
const timeouts = { connect: 1_000, response: 3_000 };

interface Case {
  /**
   * Takes a host out before it is stopped, or back in. Without it, a request may be sent on a kept connection while
   * the application closes it.
   */
  readonly announce?: (site: HostedSite, host: ApplicationHost, state: 'drain' | 'ready') => Promise<void>;
  /** Whether no request can get lost when a host is stopped. */
  readonly isLossless: boolean;
  readonly name: string;
  readonly options: Omit<Parameters<HostedWebServer['config']>[0], 'listen'>;
  readonly webServer: HostedWebServer;
}

const cases: readonly Case[] = [
  {
    name: 'HAProxy that asks for /health every second',
    announce: ({ folder }, host, state) =>
      tellHaproxy(folder, `set server app/app${applicationHosts.indexOf(host) + 1} state ${state}`),
    isLossless: true,
    options: { healthCheck: { interval: 1_000, path: '/health' }, timeouts },
    webServer: haproxy,
  },
  { name: 'nginx with kept connections', isLossless: false, options: { timeouts }, webServer: nginx },
  {
    name: 'nginx with a connection for each request',
    isLossless: true,
    options: { keepAlive: false, timeouts },
    webServer: nginx,
  },
];

/** Printed, for the figures in docs/several-hosts.md. */
function report(name: string, what: string, outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ status }) => status !== 200);
  const longest = Math.max(...outcomes.map(({ end, start }) => end - start));
  const kinds = [...new Set(failed.map(({ method, status }) => `${method} ${status}`))].sort();
  console.info(
    `${name}: ${what}: ${failed.length} of ${outcomes.length} failed (${kinds.join(', ')}), the longest took ${longest} ms`,
  );
}

for (const { announce, isLossless, name, options, webServer } of cases) {
  const reason = whyNoHosts() ?? skipReason(webServer.program);
  if (reason !== undefined) console.warn(`skipped: hosts behind ${name}: ${reason}`);

  describe.skipIf(reason)(`An application on three hosts behind ${name}`, () => {
    let site: HostedSite;

    beforeAll(async () => {
      site = await startHostedSite(webServer, options);
      await site.load.untilServed(100);
    });

    afterAll(async () => {
      await site?.stop();
    });

    /** What became of the requests that ended while something happened. */
    async function during(what: string, action: () => Promise<void>): Promise<readonly Outcome[]> {
      const before = site.load.outcomes.length;
      await action();
      const outcomes = site.load.outcomes.slice(before);
      report(name, what, outcomes);
      return outcomes;
    }

    /** Waits until a host that is back is asked again. */
    async function takesLoad(host: ApplicationHost): Promise<void> {
      const back = Date.now();
      await site.load.untilServed(20, host);
      const first = site.load.outcomes.find(({ body, end }) => body === host && end > back);
      console.info(`${name}: ${host} is asked again after ${(first?.end ?? Number.NaN) - back} ms`);
    }

    const failures = (outcomes: readonly Outcome[]) => outcomes.filter(({ status }) => status !== 200);

    test('is asked on all of them', async () => {
      const outcomes = await during('nothing', () => site.load.untilServed(300));
      expect(failures(outcomes)).toEqual([]);
      for (const host of applicationHosts) {
        const share = outcomes.filter(({ body }) => body === host).length / outcomes.length;
        expect(share).toBeGreaterThan(0.15);
      }
    });

    /** Stops the application on a host, as an upgrade does it, and starts another one. */
    async function upgrade(host: ApplicationHost): Promise<void> {
      await announce?.(site, host, 'drain');
      await site.applications.get(host)?.stop();
      await site.load.untilServed(50);
      await site.start(host);
      await announce?.(site, host, 'ready');
      await site.load.untilServed(20, host);
    }

    /** Nothing is lost; or else only what nobody has begun, and may not be asked again. */
    async function expectNothingLost(outcomes: readonly Outcome[]): Promise<void> {
      const begun = await site.begun();
      const failed = failures(outcomes);
      if (isLossless) expect(failed).toEqual([]);
      expect(failed.filter(({ method, token }) => method !== 'POST' || begun.has(token))).toEqual([]);
      const answered = outcomes.filter(({ status }) => status === 200);
      expect(answered.filter(({ token }) => begun.get(token)?.length !== 1)).toEqual([]);
    }

    test('loses no request when one host is upgraded, and asks it again', async () => {
      await expectNothingLost(await during('one upgraded', () => upgrade('one')));
    });

    test('loses only what was under way on a host that dies, and repeats what is safe to repeat', async () => {
      const outcomes = await during('killed and started again', async () => {
        await site.applications.get('two')?.stop('SIGKILL');
        await site.load.untilServed(200);
        await site.start('two');
        await takesLoad('two');
      });
      const failed = failures(outcomes);
      expect(failed.map(({ method }) => method)).toEqual(failed.map(() => 'POST'));
      const begun = await site.begun();
      const where = failed.map(({ token }) => begun.get(token) ?? []);
      expect(where).toEqual(where.map((hosts) => (hosts.length === 0 ? [] : ['two'])));
      for (const { method, token } of outcomes) {
        const hosts = begun.get(token) ?? [];
        if (method === 'POST') expect(hosts.length).toBeLessThan(2);
        else if (hosts.length > 1) expect(hosts[0]).toBe('two');
      }
    });

    test('takes a host out that is cut off, and asks it again when it is back', async () => {
      const cut = Date.now();
      const lost = await during('cut off', async () => {
        site.hosts.three.cut();
        await until(() => areServedByOthers(site.load.outcomes.slice(-300), cut) || undefined, {
          what: 'requests that go to the other hosts',
          interval: 50,
          timeout: 50_000,
        });
      });
      const since = (site.load.outcomes.at(-300)?.start ?? cut) - cut;
      console.info(`${name}: cut off: nothing fails or waits after ${since} ms`);
      const begun = await site.begun();
      for (const { token } of failures(lost))
        expect(['', 'three']).toContain((begun.get(token) ?? []).join());
      for (const { method, token } of lost) {
        if (method === 'POST') expect(begun.get(token)?.length ?? 0).toBeLessThan(2);
      }
      await during('back', async () => {
        site.hosts.three.mend();
        await takesLoad('three');
      });
    });

    test('loses no request while the others are upgraded one by one', async () => {
      const outcomes = await during('the others upgraded', async () => {
        for (const host of ['two', 'three'] as const) await upgrade(host);
      });
      await expectNothingLost(outcomes);
    });
  });
}

/** Whether all browsers are served, many times in a row, without a wait for the host that is cut off. */
function areServedByOthers(outcomes: readonly Outcome[], cut: number): boolean {
  return (
    new Set(outcomes.map(({ browser }) => browser)).size === BROWSERS &&
    outcomes.every(
      ({ body, end, start, status }) =>
        status === 200 && body !== 'three' && start > cut && end - start < timeouts.connect,
    )
  );
}
