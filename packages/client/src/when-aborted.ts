/**
 * Calls back once when a signal is aborted, at once where it has been.
 *
 * @returns what listens to the signal no more, since it may live longer than what waits for it
 */
export function whenAborted(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal?.aborted) callback();
  else signal?.addEventListener('abort', callback, { once: true });
  return () => signal?.removeEventListener('abort', callback);
}
