import type { CheckResult } from '../result.ts';
import { runCheck } from '../run-check.ts';
import { CHECK_TIMEOUTS, checkOf, type Suite } from '../suite.ts';
import { webServerChecks } from './checks.ts';
import { WebServerSession } from './session.ts';
import { StartedWebServer } from './started-web-server.ts';

/** The checks of a web server. */
export class WebServerSuite implements Suite {
  readonly checks = webServerChecks;
  readonly #server: StartedWebServer;
  readonly #timeout: number;
  readonly #url: URL;

  constructor(command: string, url: URL, timeout: number) {
    this.#server = new StartedWebServer(command, url);
    this.#timeout = timeout;
    this.#url = url;
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async run(id: number): Promise<CheckResult> {
    await this.#server.prepare();
    const session = new WebServerSession(this.#server, this.#url, this.#timeout);
    return runCheck(checkOf(this.checks, id), session, this.#timeout * CHECK_TIMEOUTS);
  }
}
