import { afterAll, beforeAll, describe, onTestFailed, test } from 'vitest';
import { whyMissing } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../http.ts';
import { Notes } from '../notes.ts';
import { type RunningSetup, type Setup, startSetup } from '../setup.ts';
import { applicationDeviations } from './application-deviations.ts';
import type { ConformanceCase, Deviation, Session } from './conformance-case.ts';
import { conformanceList } from './conformance-list.ts';

/** What a test gets once its setup is up. */
export interface SetupSession extends Session {
  readonly running: RunningSetup;
}

type SessionTest = (session: SetupSession) => Promise<void>;

/**
 * Defines tests behind one setup, which is started before them and ended after them. Without the programs it needs
 * they are skipped and the reason printed; in continuous integration they fail.
 *
 * @param setup the web server and the application
 * @param define calls its argument for each test
 */
export function describeSetup(
  setup: Setup,
  define: (test: (title: string, run: SessionTest) => void) => void,
): void {
  const missing = whyMissing(...setup.programs);
  if (missing !== undefined && process.env['CI'] === 'true') {
    test(setup.name, () => {
      throw new Error(`${missing} (with CI=true a missing program is a failure)`);
    });
    return;
  }
  if (missing !== undefined) console.warn(`skipped: ${setup.name}: ${missing}`);

  describe.skipIf(missing !== undefined)(setup.name, () => {
    let session: SetupSession | undefined;
    beforeAll(async () => {
      session = openSession(await startSetup(setup));
    });
    afterAll(async () => {
      session?.http.close();
      session?.kept.close();
      session?.site.close();
      await session?.running.stop();
    });
    define((title, run) => {
      test(title, async () => {
        if (session === undefined) throw new Error('the setup is not up');
        const { running } = session;
        const before = await running.logs();
        onTestFailed(async () => {
          const logged = (await running.logs()).map((text, place) => text.slice(before[place]?.length));
          console.error(`${setup.name}, logged meanwhile:\n${logged.join('')}`);
        });
        await run(session);
      });
    });
  });
}

/**
 * Defines the tests of the conformance list behind one setup.
 *
 * @param setup the web server, its configuration, and what cannot hold behind it
 * @param list which cases, default all
 */
export function describeConformance(setup: Setup, list = conformanceList): void {
  const deviations: Readonly<Record<string, Deviation | undefined>> = {
    ...applicationDeviations[setup.application ?? 'express-app'],
    ...setup.deviations,
  };
  describeSetup(setup, (define) => {
    for (const [name, conformanceCase] of list) {
      const { run, title } = formOf(conformanceCase, deviations[name]);
      if (run === undefined) test.skip(title);
      else define(title, run);
    }
  });
}

function formOf(whole: ConformanceCase, deviation: Deviation | undefined) {
  if (deviation === undefined) return whole;
  const { instead, reason, rule } = deviation;
  const because = rule === undefined ? `(${reason})` : `(docs/web-servers.md ${rule}: ${reason})`;
  if (instead === 'nothing') return { run: undefined, title: `${whole.title} ${because}` };
  if (whole.weaker === undefined) throw new Error(`“${whole.title}” has no weaker form`);
  return { run: whole.weaker.run, title: `${whole.weaker.title} ${because}` };
}

function openSession(running: RunningSetup): SetupSession {
  return {
    http: new HttpClient(running.url),
    kept: new HttpClient(running.url, { keepAlive: true }),
    mount: running.url.pathname.replace(/\/$/, ''),
    notes: new Notes(running.folder),
    running,
    site: new HttpClient(new URL('/', running.url)),
  };
}
