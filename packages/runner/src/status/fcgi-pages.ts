import type { FcgiRequest, FcgiRequestHandler } from '@fcgi-js/server';
import type { Roles } from '../application/recognise.ts';
import type { PageAnswer, PageRequest } from './page.ts';
import { pagePath } from './page-path.ts';
import { type OwnSite, ownAnswer, type StatusSite, sharedAnswer } from './status-site.ts';

/** The handlers of an application with the status and ping page in front. */
export function withPages(roles: Roles, site: StatusSite): Roles {
  const { responder } = roles;
  if (responder === undefined) return roles;
  return {
    ...roles,
    responder: (request) => {
      const answer = sharedAnswer(site, pagePath(request.params), () => pageRequest(request));
      return answer === undefined ? responder(request) : send(request, answer);
    },
  };
}

/** A handler that has nothing but the pages. */
export function pagesOnly(site: OwnSite): FcgiRequestHandler {
  return (request) => send(request, ownAnswer(site, pagePath(request.params) ?? '', pageRequest(request)));
}

function pageRequest({ params }: FcgiRequest): PageRequest {
  return {
    accept: params.get('HTTP_ACCEPT') ?? '',
    method: params.get('REQUEST_METHOD') ?? '',
    query: params.get('QUERY_STRING') ?? '',
  };
}

async function send({ stdout }: FcgiRequest, answer: Promise<PageAnswer>): Promise<void> {
  const { body, headers, status } = await answer;
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  stdout.end(`Status: ${status}\r\n${fields.join('')}\r\n${body}`);
}
