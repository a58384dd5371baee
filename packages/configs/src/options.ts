/** A program that is an application, and how it is started. */
export interface ApplicationOptions {
  /** The program, an absolute path, and its arguments. It gets its listening socket as descriptor 0. */
  readonly command: readonly string[];
  /** Variables of its environment beside those it gets anyway. Default none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Its working directory, an absolute path. Default that of the program, or whatever the product chooses. */
  readonly folder?: string | undefined;
  /** The group it runs as. Default that of the user. */
  readonly group?: string | undefined;
  /** The user it runs as. Default whom the product runs programs as. */
  readonly user?: string | undefined;
}

/** Files that the web server sends itself. */
export interface StaticOptions {
  /** Where the files are, an absolute path. */
  readonly folder: string;
  /**
   * Whether a name stands for one content for ever, as names with a hash in them do: browsers keep such files for a year, and do
   * not ask again.
   *
   * @defaultValue false
   */
  readonly immutable?: boolean;
  /** Their URL begins with `mount` and this, for example `/static`. */
  readonly prefix: string;
}

/** Times after which the web server gives up, in milliseconds, whole seconds. */
export interface TimeoutOptions {
  /**
   * Until a connection to the application is there.
   *
   * @defaultValue 5,000
   */
  readonly connect?: number | undefined;
  /**
   * For which an unused connection to the application is kept.
   *
   * @defaultValue 60,000: less than `idleTimeout` of `@fcgi-js/server`, so that the web server closes first
   */
  readonly idle?: number | undefined;
  /**
   * Without a byte from the application.
   *
   * @defaultValue 60,000
   */
  readonly response?: number | undefined;
  /**
   * Without a byte from the browser that sends a body.
   *
   * @defaultValue 60,000: less than `bodyStallTimeout` of `@fcgi-js/server`
   */
  readonly upload?: number | undefined;
}

/** How a web server asks whether an application is there, while no requests come. */
export interface HealthCheckOptions {
  /**
   * Milliseconds from one question to the next, whole seconds. Two without an answer take an address out, three answers
   * bring it back.
   *
   * @defaultValue 2,000
   */
  readonly interval?: number | undefined;
  /**
   * A URL, below `mount`, that is asked for with GET: an application is there if it answers with a status from 200 to
   * 399. Default: it is there if it accepts a connection.
   */
  readonly path?: string | undefined;
}

/** What the functions for web servers take. What a product cannot do, its function refuses. */
export interface WebServerOptions {
  /** A program that the web server starts. A string is an absolute path without arguments. */
  readonly app?: string | ApplicationOptions | undefined;
  /**
   * The application is asked as an authorizer, before anything else, for URLs that begin with `mount` and this; `/` for
   * all. Default for none. The web server looks at the path without dot segments, the application gets them as they
   * were sent: it should look for what its authorizer sets, and not at the path alone.
   */
  readonly authorizer?: string | undefined;
  /**
   * Where further applications listen that are asked only while none of `listen` can be reached, in the same forms.
   * Default none.
   */
  readonly backups?: string | readonly string[] | undefined;
  /** Where the web server itself listens for HTTP: `8080`, `127.0.0.1:8080` or `[::1]:8080`. Default port 80. */
  readonly bind?: string | undefined;
  /**
   * Asks each application again and again whether it is there. Default where the product can and there are several:
   * whether it accepts connections.
   */
  readonly healthCheck?: HealthCheckOptions | undefined;
  /**
   * Keeps connections to the application open from one request to the next.
   *
   * @defaultValue true where the product can
   */
  readonly keepAlive?: boolean | undefined;
  /**
   * Where the application listens: `unix:/run/app.sock`, `127.0.0.1:9000`, `app1.internal:9000`, `[::1]:9000`. Several
   * share the load. With `app`: the socket that the web server opens for it, where the product lets one choose.
   */
  readonly listen?: string | readonly string[] | undefined;
  /**
   * Bytes of the largest body of a request; more is answered with 413. `Infinity` for no limit.
   *
   * @defaultValue 1 GiB
   */
  readonly maxBodySize?: number | undefined;
  /** The prefix of all URLs of the application, for example `/yourapplication`. Default `/`. */
  readonly mount?: string | undefined;
  /**
   * Sends many requests at the same time on one connection to the application. HAProxy alone does it; before 3.2 it
   * answers 500 to some simultaneous uploads then.
   *
   * @defaultValue false
   */
  readonly multiplex?: boolean | undefined;
  /**
   * What the application is called where the product wants a name: letters, digits, `-` and `_`.
   *
   * @defaultValue `app`
   */
  readonly name?: string | undefined;
  /**
   * How many processes of `app` are started. They share no memory.
   *
   * @defaultValue 1, and 5 for mod_fcgid, whose processes serve one request at a time
   */
  readonly processes?: number | undefined;
  /** Host names of the site. Default whatever host a browser asks for. */
  readonly serverName?: string | readonly string[] | undefined;
  /**
   * Milliseconds, whole seconds, over which an application that has come back is given its share of the load little by
   * little. Default: at once.
   */
  readonly slowStart?: number | undefined;
  /** Files that the web server sends without asking the application. Default none. */
  readonly static?: StaticOptions | readonly StaticOptions[] | undefined;
  /** Times after which the web server gives up. */
  readonly timeouts?: TimeoutOptions | undefined;
  /**
   * Where the application takes WebSockets (`--upgrade-listen` of `fcgi run`), in the forms of `listen`: the web server passes them there,
   * and all else over FastCGI. It says whose connection it is in `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Prefix`, and
   * closes a WebSocket after an hour without a byte. Several share the load. Default: WebSockets are requests like any other.
   */
  readonly upgradeSocket?: string | readonly string[] | undefined;
}

/** What the functions for process managers take. */
export interface ProcessOptions {
  /** What is started. A string is an absolute path without arguments. */
  readonly app: string | ApplicationOptions;
  /**
   * The socket that is opened for the application and passed on as descriptor 0. Default none: the application opens
   * its socket itself.
   */
  readonly listen?: string | undefined;
  /**
   * What the service is called: letters, digits, `-` and `_`.
   *
   * @defaultValue `app`
   */
  readonly name?: string | undefined;
  /**
   * How many processes are started. They share no memory.
   *
   * @defaultValue 1
   */
  readonly processes?: number | undefined;
  /**
   * The group of the Unix socket that `listen` names: one that the web server is in, or else it cannot connect.
   *
   * @defaultValue `app.group`, or else `www-data`; nginx of Fedora is in `nginx`, Apache of Fedora in `apache`
   */
  readonly socketGroup?: string | undefined;
}

/** Why a product cannot do what an option asks for: option → reason. */
export type Refusals = Readonly<Record<string, string>>;
