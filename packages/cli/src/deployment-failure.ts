import { DeploymentError } from '@fcgi-js/init';
import { CommandFailure, ExitStatus } from './command-failure.ts';

/** What ends a command where a deployment cannot be planned, or is not accepted; other errors as they are. */
export function deploymentFailure(error: unknown): unknown {
  if (!(error instanceof DeploymentError)) return error;
  const status = error.code === 'FCGI_DEPLOYMENT_INVALID' ? ExitStatus.usage : ExitStatus.failed;
  return new CommandFailure(error.message, status, { cause: error });
}
