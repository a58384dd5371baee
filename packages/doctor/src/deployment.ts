import { FcgiOptionError } from '@fcgi-js/client';
import type { WebServerName } from './web-server-names.ts';

/** What is examined, and how. At least one of `target`, `configuration` and `log` must be given. */
export interface Deployment {
  /**
   * The environment in which the program works for you. Where it does not start with `environment`, it is tried with this.
   *
   * @defaultValue `process.env`
   */
  readonly callersEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Path of the web server's configuration, or of a `.htaccess`. Files that it includes are read, too. */
  readonly configuration?: string;
  /**
   * The folder in which a relative `target` is.
   *
   * @defaultValue `process.cwd()`
   */
  readonly cwd?: string;
  /**
   * Variables that the web server gives to the program, beside the PATH of a system service.
   *
   * @defaultValue none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Path of the web server's error log. Its last 1 MiB is read. */
  readonly log?: string;
  /**
   * A command that serves a module which cannot be started by itself, such as `['/usr/bin/fcgi', 'run']`. The path of the module
   * is added to it. Without a command, modules are not started.
   */
  readonly moduleCommand?: readonly string[];
  /**
   * Called before each step that may take seconds, with what it is: `starts /srv/app/app.fcgi as www-data`. It may hold control characters.
   *
   * @defaultValue nothing is called
   */
  readonly onStep?: (step: string) => void;
  /** Ends the examination, and every program that it has started; `diagnose` rejects with the reason. */
  readonly signal?: AbortSignal;
  /**
   * The path of a program, which is started, or an address (`unix:/path`, `tcp:HOST:PORT`, `HOST:PORT`, the path of a socket), to which
   * a request is sent. By default all that `configuration` names.
   */
  readonly target?: string;
  /**
   * Milliseconds for a program to accept a connection, and again for its answer; greater than 0.
   *
   * @defaultValue 10,000
   */
  readonly timeout?: number;
  /**
   * Path and query of the request, beginning with `/`.
   *
   * @defaultValue `'/'`
   */
  readonly url?: string;
  /**
   * Name of the user that the web server runs as. By default the one in `configuration`; then, for root, the usual one of this machine, such as
   * www-data; for others, the calling user. Programs are started as this user only where the caller is root.
   */
  readonly user?: string;
  /** Whose configuration it is; by default its name or its contents show it. */
  readonly webServer?: WebServerName;
}

/**
 * Checks what the type of a deployment cannot.
 *
 * @throws FcgiOptionError where `timeout` or `url` is out of range
 */
export function checkDeployment({ timeout = 1, url = '/' }: Deployment): void {
  if (!(timeout > 0))
    throw new FcgiOptionError(`timeout must be greater than 0 milliseconds, but it is ${timeout}.`);
  if (!url.startsWith('/'))
    throw new FcgiOptionError(`url must begin with /, but it is ${JSON.stringify(url)}.`);
}
