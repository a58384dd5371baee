import { FcgiServerError } from '@fcgi-js/server';

/** Why nothing can listen there, in the words of the command line. */
export function listenFailure(error: Error): string {
  const isDenied = error instanceof FcgiServerError && error.code === 'FCGI_ADDRESS_DENIED';
  return isDenied ? `${error.message} Here --allow ADDRESS names them.` : error.message;
}
