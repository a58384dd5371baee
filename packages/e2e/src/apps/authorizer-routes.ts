import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AuthorizerDecision,
  allow,
  deny,
  type FcgiRequest,
  type Params,
  requestParams,
} from '@fcgi-js/server';
import type { NotesWriter } from './notes-writer.ts';

/** The password that {@link createAuthorizer} takes from anybody. */
const PASSWORD = 'sesame';

/**
 * Decides by the last part of the URL's path below `/protected`; the README of this package has the table.
 *
 * @param notes where requests that wait tell so
 */
export function createAuthorizer(
  notes: NotesWriter,
): (request: FcgiRequest) => AuthorizerDecision | Promise<AuthorizerDecision> {
  return async (request) => {
    const [, , route = '', argument = ''] = (request.params.get('REQUEST_URI') ?? '').split(/[/?]/);
    switch (route) {
      case 'granted':
        return allow({ USER_ID: '7', REMOTE_USER: 'alice', LATIN: 'caf\xe9' });
      case 'password':
        return passwordOf(request.params) === PASSWORD
          ? allow({ REMOTE_USER: 'bob' })
          : deny(401, { headers: LOGIN });
      case 'denied':
        return denial(Number(argument));
      case 'throws':
        throw new Error('secret of the authorizer');
      case 'rejects':
        await delay(1);
        throw new Error('secret of the authorizer');
      case 'held':
        notes.write(argument, 'running');
        await notes.released(argument, request.signal);
        return allow({ REMOTE_USER: 'carol' });
      default:
        return deny(404);
    }
  };
}

const LOGIN = { 'WWW-Authenticate': 'Basic realm="e2e"' };

function denial(status: number): AuthorizerDecision {
  switch (status) {
    case 401:
      return deny(401, { body: 'please log in', headers: LOGIN });
    case 302:
      return deny(302, { headers: { Location: 'https://example.org/login' } });
    default:
      return deny(status, { body: 'keep out' });
  }
}

/** Apache sends it as it is with AuthBasicProvider; others send the Authorization field, if they are configured to. */
function passwordOf(params: Params): string | undefined {
  const plain = params.get('REMOTE_PASSWD');
  if (plain !== undefined) return plain;
  const [scheme, credentials = ''] = (params.get('HTTP_AUTHORIZATION') ?? '').split(' ');
  return scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString('latin1').split(':')[1] : undefined;
}

/** What the application of {@link createAuthorizer} shows to those who may see it: what it got, as JSON. */
export async function showRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = Buffer.concat(await req.toArray()).toString('latin1');
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ body, params: Object.fromEntries(requestParams(req)) }));
}
