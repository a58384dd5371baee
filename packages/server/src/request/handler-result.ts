/** What an adapter returns that ends its request itself; the adapter may be of another copy of this package. */
export const DEFERRED: unique symbol = Symbol.for('fcgi-js.deferred');

/** What a handler gives back: an appStatus, nothing, or the word that it ends the request itself. */
export type HandlerResult = number | void | typeof DEFERRED;

/** Whether a handler gave back something to wait for. */
export function isPromise<Result>(result: PromiseLike<Result> | Result): result is PromiseLike<Result> {
  return typeof (result as PromiseLike<Result> | undefined)?.then === 'function';
}

/** What a handler gave back as an appStatus; `undefined` where it is none. */
export function appStatusOf(result: unknown): number | undefined {
  const appStatus = result ?? 0;
  const isOne = Number.isInteger(appStatus) && Number(appStatus) >= 0 && Number(appStatus) <= 0xffff_ffff;
  return isOne ? Number(appStatus) : undefined;
}

/** Whether a handler gave back a `Response`; not by its class, because frameworks bring their own. */
export function isResponse(value: unknown): value is Response {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    'headers' in value &&
    'body' in value &&
    typeof value.status === 'number'
  );
}
