import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Params, RequestEndMessage } from '@fcgi-js/server';
import type { SayOnce } from './missing-connections.ts';

const END = 'fcgi:request:end';

/**
 * Names the option for the prefix where the application knows nothing of the first URL that it is asked for: Caddy, h2o, HAProxy and
 * others do not say at which prefix it is.
 *
 * @param mount the prefix that the user has named
 */
export function hintAtUnknownPrefix(mount: string | undefined, sayOnce: SayOnce): void {
  if (mount !== undefined) return;
  const onEnd = (message: unknown) => {
    const { request, response } = message as RequestEndMessage;
    if (response?.status === undefined) return;
    unsubscribe(END, onEnd);
    const prefix = response.status === 404 ? possiblePrefix(request.params) : undefined;
    if (prefix === undefined) return;
    sayOnce(
      'prefix',
      `The first request got 404 from the application, and its path begins with ${prefix}. Where the web server passes only that on to it, the application has to know its prefix: --mount ${prefix}`,
    );
  };
  subscribe(END, onEnd);
}

/** The first name of the path, where nothing says that it is, or is not, a prefix. */
function possiblePrefix(params: Params): string | undefined {
  const uri = params.get('REQUEST_URI') ?? '';
  const [, prefix] = /^(\/[\w~-]+)(?:[/?]|$)/.exec(uri) ?? [];
  const scriptName = params.get('SCRIPT_NAME') ?? '';
  // nginx and others as they come name the whole path, which says nothing.
  const isScript = scriptName.lastIndexOf('/') > 0 && !uri.startsWith(scriptName);
  const isKnown = params.get('PATH_INFO') ? scriptName !== '' : isScript;
  return isKnown ? undefined : prefix;
}
