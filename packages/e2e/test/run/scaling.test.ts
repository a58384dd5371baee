import { prometheusAdapterRules } from '@fcgi-js/configs';
import { afterEach, expect, test } from 'vitest';
import type { Child } from '../../src/child.ts';
import { reservePort } from '../../src/free-port.ts';
import { until } from '../../src/poll.ts';
import { startRunner } from '../../src/runner.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../src/temporary-folder.ts';

let folder: TemporaryFolder | undefined;
let child: Child | undefined;

afterEach(async () => {
  await child?.stop();
  folder?.remove();
});

const application = new URL('../../dist/apps/hosted-app.js', import.meta.url).pathname;

test.each([1, 2])(
  'Kubernetes can scale by the requests under way that fcgi run counts in %i workers',
  async (workers) => {
    folder = createTemporaryFolder('fcgi-e2e');
    const port = await reservePort();
    const status = `http://127.0.0.1:${port.port}`;
    const own = ['--listen', `${folder.path}/s`, '--workers', String(workers), '--status-listen', status];
    child = await startRunner([...own, application, 'one', `${folder.path}/log`]);
    // Workers tell how they are now and then.
    const [, series = ''] = /seriesQuery: "(\w+)\{/.exec(prometheusAdapterRules()) ?? [];
    expect(series).not.toBe('');
    const values = await until(
      async () => {
        const text = await (await fetch(`${status}/metrics`)).text();
        const lines = text.match(new RegExp(`^${series}\\{worker="\\d+"\\} 0$`, 'gm'));
        return lines?.length === workers ? lines : undefined;
      },
      { what: `${series} of each worker` },
    );
    expect(values).toHaveLength(workers);
    port.release();
  },
);
