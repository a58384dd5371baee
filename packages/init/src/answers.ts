import type { Start, WebServerName } from './web-servers.ts';

/** What has to be known about any deployment. */
export interface Asked {
  readonly mount: string;
  /** Empty for whatever host a browser asks for. */
  readonly serverName: readonly string[];
  readonly start: Start;
  readonly webServer: WebServerName;
}

/** All that a plan is made of. */
export interface Answers extends Asked {
  /** The file of the application, or the folder of its project; absolute. */
  readonly app: string;
  /** Where the web server listens; default as `bind` of `@fcgi-js/configs`. */
  readonly bind?: string;
  /** Where files are written, absolute. */
  readonly folder: string;
  /** The group that may connect, the web server's; default `www-data`, of Caddy `caddy`, of h2o `debian-h2o`. */
  readonly group?: string;
  /** The home folder of the user, for a script that a web server starts without one; default none. */
  readonly home?: string;
  /** Where the application listens; default `/run/NAME.sock`, or 127.0.0.1:9000 where a socket is out of reach. */
  readonly listen?: string;
  readonly name: string;
  /** 0 where the Caddy of this machine is too old for it; undefined for the default of its configuration. */
  readonly requestBuffers?: 0;
  /** What runs `fcgi`: absolute paths, as what starts it may know no PATH. */
  readonly runner: readonly [node: string, fcgi: string];
  /** Files that the web server sends itself, and browsers keep: their names change with what is in them. */
  readonly statics?: ReadonlyArray<{ readonly folder: string; readonly prefix: string }>;
  /** Where the application takes WebSockets: HOST:PORT, or a Unix socket by hand. Default nowhere. */
  readonly upgradeListen?: string;
  /** Of h2o: the URLs of WebSockets, below the mount. */
  readonly upgradePath?: string;
  /** The user that it runs as; default `www-data`. */
  readonly user?: string;
  /** Where the application runs, absolute. */
  readonly workingDirectory: string;
}
