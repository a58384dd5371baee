import { Role } from '@fcgi-js/protocol';
import { mountOf } from '../cgi/mount.ts';
import { type ParamsTransform, transformed } from '../cgi/params-transform.ts';
import { PathDoubts } from '../cgi/path-doubts.ts';
import { withoutProxyParam } from '../cgi/proxy-param.ts';
import { requestTarget } from '../cgi/request-target.ts';
import type { FcgiRequest } from './fcgi-request.ts';

const OUTSIDE = 'fcgi-js: the path lies outside the prefix that the application is mounted at.';

/** What users say about the params and paths of requests. */
export interface PresenterOptions {
  readonly keepProxyParam?: boolean | undefined;
  readonly mount?: string | undefined;
  readonly params?: ParamsTransform | undefined;
}

/** Makes of the params that came what handlers are to see: repaired params, and the address of the request. */
export class RequestPresenter {
  /** None where the user has named the prefix. */
  readonly #doubts: PathDoubts | undefined;
  readonly #keepsProxyParam: boolean;
  readonly #mount: string | undefined;
  readonly #transform: ParamsTransform | undefined;

  constructor({ keepProxyParam = false, mount, params }: PresenterOptions) {
    this.#doubts = mount === undefined ? new PathDoubts() : undefined;
    this.#keepsProxyParam = keepProxyParam;
    this.#mount = mount === undefined ? undefined : mountOf(mount);
    this.#transform = params;
  }

  /**
   * Prepares a request for its handler.
   *
   * @returns what answers it instead, where its handler is not to get it: 404 outside the prefix, 500 where the
   *   transform fails
   */
  present(request: FcgiRequest): (() => void) | undefined {
    try {
      // First of all, so that nothing that sees the request has it, whatever becomes of the request.
      if (!this.#keepsProxyParam) request.present(withoutProxyParam(request.params), request.target);
      const params = this.#transform ? transformed(request.params, this.#transform) : request.params;
      // What an authorizer decides about is not its own: it may lie anywhere.
      const target = requestTarget(params, request.role === Role.Authorizer ? undefined : this.#mount);
      if (target === undefined) return () => request.answer.instead('404 Not Found', OUTSIDE);
      request.present(params, target);
      const doubt = this.#doubts?.about(params, target);
      if (doubt !== undefined) request.report(doubt);
      return undefined;
    } catch (error) {
      return () => request.answer.fail(error);
    }
  }
}
