import type { Start, WebServerName } from './web-servers.ts';

/** What `fcgi init` is told by flags. Undefined where one is not given. */
export interface InitOptions {
  readonly bind?: string;
  readonly dryRun?: true;
  readonly force?: true;
  readonly group?: string;
  readonly json?: true;
  readonly listen?: string;
  readonly mount?: string;
  readonly name?: string;
  readonly output?: string;
  readonly serverName?: readonly string[];
  readonly start?: Start;
  readonly user?: string;
  readonly webServer?: WebServerName;
  readonly yes?: true;
}

/** What is asked for on a terminal, where no flag says it. */
export interface Asked {
  readonly mount: string;
  /** Empty for whatever host a browser asks for. */
  readonly serverName: readonly string[];
  readonly start: Start;
  readonly webServer: WebServerName;
}

/** All that a plan is made of. */
export interface Answers extends Asked, Pick<InitOptions, 'bind' | 'group' | 'listen' | 'user'> {
  /** The file of the application, absolute. */
  readonly app: string;
  /** Where files are written, absolute. */
  readonly folder: string;
  readonly name: string;
  /** 0 where the Caddy of this machine is too old for it; undefined for the default of its configuration. */
  readonly requestBuffers?: 0;
  /** What runs `fcgi`: absolute paths, as what starts it may know no PATH. */
  readonly runner: readonly [node: string, fcgi: string];
}
