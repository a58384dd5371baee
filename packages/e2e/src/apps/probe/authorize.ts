import { type AuthorizerDecision, allow, deny, type FcgiRequest } from '@fcgi-js/server';
import { Arguments } from './arguments.ts';

/** The role Authorizer (FastCGI 1.0 §6.3): alice may pass. */
export function authorize(request: FcgiRequest): AuthorizerDecision {
  const args = new Arguments(request.params);
  if (args.path !== '/auth') return deny(404);
  if (args.text('user') === 'alice') return allow({ REMOTE_USER: 'alice', AUTH_METHOD: 'database lookup' });
  return deny(403, { body: 'denied' });
}
