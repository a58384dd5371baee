import { createGateway, type GatewayOptions } from '@fcgi-js/client';
import { onTestFinished } from 'vitest';
import { answer, type Peer, type RawRequest, startResponder } from './peer.ts';

/** A gateway on a free port, in front of `application`, which ends with the test. */
export async function gatewayFor(application: Peer | string, options: GatewayOptions = {}): Promise<string> {
  const address = typeof application === 'string' ? application : application.address;
  const gateway = createGateway({
    ...options,
    ...(options.client === undefined ? { address: options.address ?? address } : { client: options.client }),
  });
  onTestFinished(() => gateway.close({ timeout: 1 }));
  return (await gateway.listen({ port: 0 })).url;
}

/** A gateway whose application answers everything with `stdout`. */
export async function gatewayAnswering(
  stdout: string | ((request: RawRequest) => string),
  options: GatewayOptions = {},
) {
  const requests: RawRequest[] = [];
  const peer = await startResponder((request) => {
    requests.push(request);
    return answer(request.requestId, typeof stdout === 'string' ? stdout : stdout(request));
  });
  return { peer, requests, url: await gatewayFor(peer, options) };
}

/** The params of a request by name. */
export const paramsOf = ({ params }: RawRequest) => Object.fromEntries(params);
