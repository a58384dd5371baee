/** What all connections of a server share of its limits. */
export class RequestSlots {
  /** Requests between BEGIN_REQUEST and END_REQUEST. */
  active = 0;
  /** Those of them whose client has gone, of which the application has been told. */
  left = 0;
  /** Bytes of params of requests whose params are not complete. */
  paramsBytes = 0;

  /** Requests that count against the limit: those whose answer is awaited. */
  get used(): number {
    return this.active - this.left;
  }
}
