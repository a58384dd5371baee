import { createGateway, FcgiClient, type FcgiClientOptions, type GatewayOptions } from '@fcgi-js/client';
import { afterAll, beforeAll, describe, onTestFailed, onTestFinished, test } from 'vitest';
import { type SystemProgram, whyMissing } from '../../tooling/src/system-packages.mjs';
import type { OtherApplication } from './other-applications.ts';

/** What a test with an application of another language gets. */
export interface OtherSession {
  readonly application: OtherApplication;
  /** A client of the application, closed after the test. */
  client(options?: Omit<FcgiClientOptions, 'address' | 'server'>): FcgiClient;
  /** The URL of a gateway in front of the application, closed after the test. */
  gateway(options?: GatewayOptions): Promise<string>;
}

/**
 * Defines tests with one application, which is started before them and ended after them. Without the programs it
 * needs they are skipped and the reason printed; in continuous integration they fail.
 */
export function describeOther(
  name: string,
  programs: readonly SystemProgram[],
  start: () => Promise<OtherApplication>,
  define: (test: (title: string, run: (session: OtherSession) => Promise<void>) => void) => void,
): void {
  const missing = whyMissing(...programs);
  if (missing !== undefined && process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(`${missing} (with CI=true a missing program is a failure)`);
    });
    return;
  }
  if (missing !== undefined) console.warn(`skipped: ${name}: ${missing}`);

  describe.skipIf(missing !== undefined)(name, () => {
    let application: OtherApplication | undefined;
    beforeAll(async () => {
      application = await start();
    }, 180_000);
    afterAll(async () => {
      await application?.stop();
    });
    define((title, run) => {
      test(title, async () => {
        if (application === undefined) throw new Error('the application is not up');
        const before = application.output().length;
        onTestFailed(() =>
          console.error(`${name}, printed meanwhile:\n${application?.output().slice(before)}`),
        );
        await run(openSession(application));
      });
    });
  });
}

function openSession(application: OtherApplication): OtherSession {
  const { address } = application;
  return {
    application,
    client: (options = {}) => {
      const client = new FcgiClient({ address, ...options });
      onTestFinished(() => client.close({ timeout: 1_000 }));
      return client;
    },
    gateway: async (options = {}) => {
      const gateway = createGateway({
        ...options,
        ...(options.client === undefined
          ? { address: options.address ?? address }
          : { client: options.client }),
      });
      onTestFinished(() => gateway.close({ timeout: 1_000 }));
      return (await gateway.listen({ port: 0 })).url;
    },
  };
}
