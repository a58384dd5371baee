/** What is planned for. CPU times are in µs for each request. */
export interface Plan {
  /** Of the application, its own work and that of fcgi-js together. */
  readonly application: number;
  /** Cores of a host; one worker on each. */
  readonly cores: number;
  /** Share of the time in which a core is to be busy. */
  readonly load: number;
  /** Of the web server. */
  readonly webServer: number;
}

/** Requests per second that one core does, busy for that share of the time. */
export function perCore(cost: number, load: number): number {
  return (load * 1_000_000) / cost;
}

/** Requests per second of a number of hosts. */
export function rateOf({ application, cores, load }: Plan, hosts: number): number {
  return hosts * cores * perCore(application, load);
}

/** Cores of the web server for a rate of requests per second. */
export function webServerCores({ load, webServer }: Plan, rate: number): number {
  return rate / perCore(webServer, load);
}

/** Hosts with which a web server on as many cores as one of them has nothing left. */
export function webServerLimit({ application, webServer }: Plan): number {
  return application / webServer;
}
