import type { Params } from '../../cgi/params.ts';
import { isEncrypted } from '../../cgi/request-url.ts';
import type { SocketAddresses } from './request-socket.ts';

/** The addresses in the params of a request, looked up when somebody asks. */
export class ParamsAddresses implements SocketAddresses {
  readonly #params: Params;

  constructor(params: Params) {
    this.#params = params;
  }

  get encrypted(): boolean {
    return isEncrypted(this.#params);
  }

  get localAddress(): string | undefined {
    return this.#params.get('SERVER_ADDR') || undefined;
  }

  get localPort(): number | undefined {
    return portOf(this.#params.get('SERVER_PORT'));
  }

  get remoteAddress(): string | undefined {
    return this.#params.get('REMOTE_ADDR') || undefined;
  }

  get remotePort(): number | undefined {
    return portOf(this.#params.get('REMOTE_PORT'));
  }
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
