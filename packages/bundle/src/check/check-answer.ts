import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROGRAM } from '../kit/layout.ts';
import { bad, type Finding, good, note } from './finding.ts';

/** All that suexec leaves of the environment, and a request in plain CGI: the application answers it and ends. */
const REQUEST = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  HTTP_HOST: 'localhost',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  PATH_INFO: '/',
  QUERY_STRING: '',
  REMOTE_ADDR: '127.0.0.1',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  SCRIPT_NAME: '',
  SERVER_NAME: 'localhost',
  SERVER_PORT: '80',
  SERVER_PROTOCOL: 'HTTP/1.1',
  SERVER_SOFTWARE: 'check',
};
/** Milliseconds for the start and one page. */
const PATIENCE = 60_000;
/** Lines of what it has said that are shown. */
const SHOWN_LINES = 15;

/** Starts the application as the web server does, with next to no environment, and asks it for one page. */
export async function checkAnswer(folder: string): Promise<Finding[]> {
  const child = spawn(join(folder, PROGRAM), {
    cwd: folder,
    env: REQUEST,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
  });
  const [head, said, end] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close').then(
      ([status, signal]) => (signal === null ? `status ${status}` : `signal ${signal}`),
      String,
    ),
  ]);
  const [, status] = /^Status: (\d{3})/im.exec(head) ?? [];
  const lines = said.trim().split('\n').slice(-SHOWN_LINES).map(note);
  if (status === undefined) {
    return [
      bad(`The application does not start: ${PROGRAM} ended with ${end} and no answer. What it said:`),
      ...lines,
    ];
  }
  if (status.startsWith('5'))
    return [bad(`The application starts, and answers / with ${status}. What it said:`), ...lines];
  return [good(`The application starts, and answers / with ${status}.`)];
}
