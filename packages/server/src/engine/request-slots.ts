/** What all connections of a server share of its limits. */
export class RequestSlots {
  /** Requests between BEGIN_REQUEST and END_REQUEST. */
  active = 0;
  /** Handlers that still run although their request has been aborted or lost. */
  orphans = 0;
  /** Bytes of params of requests whose params are not complete. */
  paramsBytes = 0;

  /** Requests that count against the limit. */
  get used(): number {
    return this.active + this.orphans;
  }
}
