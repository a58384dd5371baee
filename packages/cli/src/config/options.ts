/** What `fcgi config` is told. Undefined where a flag is not given. */
export interface ConfigOptions {
  readonly activeRequests?: number;
  readonly authorizer?: string;
  readonly backup?: readonly string[];
  readonly bind?: string;
  readonly check?: true;
  readonly connectTimeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly force?: true;
  readonly group?: string;
  readonly healthInterval?: number;
  readonly healthPath?: string;
  readonly htaccess?: true;
  readonly idleTimeout?: number;
  readonly image?: string;
  readonly keepAlive: boolean;
  readonly listen?: readonly string[];
  readonly maxBodySize?: number;
  readonly module?: 'fastcgi' | 'fcgid' | 'proxy_fcgi';
  readonly mount?: string;
  readonly multiplex?: true;
  readonly name?: string;
  readonly output?: string;
  readonly processes?: number;
  readonly requestBuffers?: number;
  readonly responseTimeout?: number;
  readonly serverName?: readonly string[];
  readonly slowStart?: number;
  readonly socketGroup?: string;
  readonly static?: ReadonlyArray<{ readonly folder: string; readonly prefix: string }>;
  readonly uploadTimeout?: number;
  readonly user?: string;
}
