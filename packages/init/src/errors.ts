/** Stable codes of {@link DeploymentError}; each has a heading in `docs/errors.md`. */
export type DeploymentErrorCode =
  | 'FCGI_CHECK_IMPOSSIBLE'
  | 'FCGI_CONFIGURATION_REFUSED'
  | 'FCGI_DEPLOYMENT_INVALID';

/** A deployment cannot be planned, or a product does not accept its configuration. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  /** What is wrong; stable over versions. */
  readonly code: DeploymentErrorCode;

  /**
   * @param code what is wrong
   * @param message for people
   */
  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option is wrong, missing, or beyond the product. */
export function invalidDeployment(message: string): DeploymentError {
  return new DeploymentError('FCGI_DEPLOYMENT_INVALID', message);
}

/** The product has no test of configurations, or is not installed here. */
export function impossibleCheck(message: string): DeploymentError {
  return new DeploymentError('FCGI_CHECK_IMPOSSIBLE', message);
}

/** The product has read the configuration and complains. */
export function refusedConfiguration(message: string, cause?: unknown): DeploymentError {
  return new DeploymentError('FCGI_CONFIGURATION_REFUSED', message, { cause });
}
