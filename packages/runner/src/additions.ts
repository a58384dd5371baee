/** An HTTP server in front of an application that was given no socket. */
export interface TrialGateway {
  readonly url: string;
  /** Waits so many milliseconds for requests under way. */
  close(timeout: number): Promise<void>;
}

/** How a gateway comes to its application, and to its port. */
export interface TrialGatewayOptions {
  /** Opens the socket of the application at a path in a private folder. */
  readonly listen: (path: string) => Promise<unknown>;
  readonly mount: string | undefined;
  /** Calls a function whose http server is not the application's. */
  readonly aside?: <Result>(action: () => Result) => Result;
}

/** What a program adds that runs an application: the runner by itself knows nothing of HTTP and of web servers. */
export interface Additions {
  /**
   * Looks whether web servers of this machine may open the socket of an address.
   *
   * @returns what is in the way, and what to do; undefined where nothing is
   */
  readonly accessWarning?: (address: string) => Promise<string | undefined>;
  /** Opens a gateway where there is no socket to serve on; without it, such a start is refused. */
  readonly openGateway?: (options: TrialGatewayOptions) => Promise<TrialGateway>;
}
