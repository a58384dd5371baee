import { FcgiServerError } from '@fcgi-js/server';

/** Why nothing can listen there, in the words of the command line. */
export function listenFailure(error: Error): string {
  const isAboutPeers = error instanceof FcgiServerError && error.message.includes('createServer({ allow');
  return isAboutPeers ? `${error.message} Here --allow ADDRESS names them.` : error.message;
}
