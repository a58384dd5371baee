import { subscribe } from 'node:diagnostics_channel';
import { escapeLogText } from '@fcgi-js/inspector/text';
import { FcgiServerError, type RequestErrorMessage } from '@fcgi-js/server';

/**
 * Says of every request that was ended for taking too long what it was. Where JavaScript waits for a promise, there is
 * no stack that could be shown: what the process waits for is the nearest that Node knows.
 *
 * @param timeout seconds
 */
export function reportStuckRequests(timeout: number, say: (message: string) => void): void {
  subscribe('fcgi:request:error', (message) => {
    const { error, request } = message as RequestErrorMessage;
    if (!(error instanceof FcgiServerError) || error.code !== 'FCGI_REQUEST_TIMEOUT') return;
    const { params } = request;
    const what = `${params.get('REQUEST_METHOD') ?? 'a request'} ${params.get('REQUEST_URI') ?? ''}`.trim();
    say(
      `${escapeLogText(what)} was ended after ${timeout} s. A promise that is waited for has no stack; all of this process waits for: ${describeResources(process.getActiveResourcesInfo())}`,
    );
  });
}

/** Node's names of what keeps a process alive, with their number, the most frequent first. */
export function describeResources(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.length === 0 ? 'nothing' : sorted.map(([name, count]) => `${count} ${name}`).join(', ');
}
