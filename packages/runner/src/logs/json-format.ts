import { jsonText } from '@fcgi-js/inspector/text';
import { type AccessEntry, requestNameOf, statusOf, urlOf } from './access-entry.ts';
import { textOfBytes } from './escape.ts';

/** An entry as a line of JSON, without its end. What is not known is left out. */
export function jsonFormat(entry: AccessEntry): string {
  const { name, outcome, request, response, time, worker } = entry;
  const param = (name: string) => text(request.params.get(name));
  return jsonText({
    time: new Date(time).toISOString(),
    remoteAddress: param('REMOTE_ADDR'),
    remoteUser: param('REMOTE_USER'),
    method: param('REQUEST_METHOD'),
    url: text(urlOf(entry)),
    protocol: param('SERVER_PROTOCOL'),
    host: param('HTTP_HOST'),
    status: statusOf(entry),
    bytes: response?.bodyBytes,
    duration: response === undefined ? undefined : Math.round(response.duration * 1000) / 1000,
    outcome,
    referrer: param('HTTP_REFERER'),
    userAgent: param('HTTP_USER_AGENT'),
    requestId: text(requestNameOf(entry)),
    pool: name,
    worker,
    pid: process.pid,
  });
}

function text(bytes: string | undefined): string | undefined {
  return bytes === undefined || bytes === '' ? undefined : textOfBytes(bytes);
}
