import type { Start, WebServerName } from '@fcgi-js/init';

/** What `fcgi init` takes as flags. Undefined where one is not given. */
export interface InitOptions {
  readonly bind?: string;
  readonly dryRun?: true;
  readonly force?: true;
  readonly group?: string;
  readonly json?: true;
  readonly listen?: string;
  readonly upgradeListen?: string;
  readonly upgradePath?: string;
  readonly mount?: string;
  readonly name?: string;
  readonly output?: string;
  readonly serverName?: readonly string[];
  readonly start?: Start;
  readonly user?: string;
  readonly webServer?: WebServerName;
  readonly yes?: true;
}
