// The routes of the probe contract with @fcgi-js/server:
//   fcgi run probe.mjs --listen unix:/run/probe.sock
//   fcgi conformance --spawn 'fcgi run probe.mjs --listen fd:0'
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const TEXT = 'Content-Type: text/plain\r\n';

/**
 * Serves one request.
 * @param {import('@fcgi-js/server').FcgiRequest} request
 * @returns {Promise<number | undefined>} its appStatus
 */
export async function responder(request) {
  const { params, stdin } = request;
  const query = params.get('QUERY_STRING') ?? '';
  const number = Number(query);
  switch (params.get('PATH_INFO')) {
    case '/echo':
      return answer(request, TEXT, Buffer.concat(await stdin.toArray()));
    case '/param': {
      const value = params.get(query);
      if (value === undefined) return answer(request, `Status: 404 Not Found\r\n${TEXT}`, 'absent');
      return answer(request, TEXT, Buffer.from(value, 'latin1'));
    }
    case '/big':
      if (params.get('REQUEST_METHOD') === 'HEAD') return answer(request, TEXT, '');
      return answer(request, TEXT, Buffer.alloc(number, LETTERS));
    case '/slow':
      await delay(number, undefined, { signal: request.signal }).catch(() => undefined);
      return answer(request, TEXT, 'slow');
    case '/early':
      return answer(request, TEXT, 'early');
    case '/partial':
      for (let left = number; left > 0; ) {
        const part = stdin.read();
        if (part === null) await once(stdin, 'readable');
        else left -= part.length;
      }
      return answer(request, TEXT, 'partial');
    case '/nothing':
      return answer(request, TEXT, '');
    case '/status':
      return answer(
        request,
        `Status: ${number} Probe\r\n${TEXT}`,
        number === 204 || number === 304 ? '' : 'status',
      );
    case '/redirect':
      return answer(request, 'Status: 302 Found\r\nLocation: http://localhost/elsewhere\r\n', '');
    case '/cookies':
      return answer(request, `Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n${TEXT}`, 'cookies');
    case '/stderr':
      if (!request.stderr.write('E'.repeat(number))) await once(request.stderr, 'drain');
      return answer(request, TEXT, 'stderr');
    case '/exit':
      await answer(request, TEXT, 'exit');
      return number;
    default:
      return answer(request, TEXT, 'probe');
  }
}

/**
 * @param {import('@fcgi-js/server').FcgiRequest} request
 * @param {string} head
 * @param {string | Uint8Array} body
 * @returns {Promise<undefined>}
 */
async function answer({ stdout }, head, body) {
  if (!stdout.write(`${head}\r\n`) || (body.length > 0 && !stdout.write(body))) {
    if (!stdout.destroyed) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]);
  }
}
