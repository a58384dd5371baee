import type { Exchange } from '../exchange.ts';
import { whenWhole } from '../scripted-application.ts';
import type { WebServerSession } from '../session.ts';

/** The client gets no response that looks whole, and the next request is served. */
export function refused(what: string, script: (exchange: Exchange) => void) {
  return (session: WebServerSession) => session.refuses(what, whenWhole(script));
}

/** Any response will do; the next request is served. */
export function borne(what: string, script: (exchange: Exchange) => void) {
  return async (session: WebServerSession) => {
    await session.bears(what, whenWhole(script));
  };
}
