import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { type FaultPath, FaultyApplication } from '../../src/doctor/faulty-application.ts';
import { findInLog } from '../../src/doctor/find-in-log.ts';
import { HttpClient } from '../../src/http.ts';
import { createScratchFolder, type ScratchFolder } from '../../src/scratch-folder.ts';
import { webServerUser } from '../../src/users.ts';
import { startApacheProxy } from '../../src/web-servers/apache.ts';
import { startCaddy } from '../../src/web-servers/caddy.ts';
import { startH2o } from '../../src/web-servers/h2o.ts';
import { startHaproxy } from '../../src/web-servers/haproxy.ts';
import { startLighttpd } from '../../src/web-servers/lighttpd.ts';
import { startNginx } from '../../src/web-servers/nginx.ts';
import type { WebServer, WebServerOptions } from '../../src/web-servers/web-server.ts';

/** What the doctor finds in the log of a web server whose application goes wrong. */
interface Expected {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  start(options: WebServerOptions): Promise<WebServer>;
  /** By what the application does. */
  readonly answers: Partial<Record<FaultPath, string>>;
  /** By what is wrong with its socket. */
  readonly sockets: { readonly closed: string; readonly left: string; readonly missing: string };
}

/** What says in its log why it cannot connect. */
const told = { closed: 'socket-permission', left: 'nobody-listens', missing: 'socket-missing' };
/** What does not. */
const notTold = { closed: 'not-reached', left: 'not-reached', missing: 'not-reached' };

const timeouts = { response: 2_000 };

const products: readonly Expected[] = [
  {
    name: 'nginx',
    programs: ['nginx'],
    start: (options) => startNginx({ ...options, keepConnections: false, timeouts }),
    answers: {
      '/bad-header': 'head-invalid',
      '/bad-status': 'head-invalid',
      '/closes': 'closed-without-answer',
      '/empty': 'empty-answer',
      '/error': 'server-error',
      '/http': 'speaks-http',
      '/large-head': 'head-too-large',
      '/never': 'never-answers',
      '/no-blank-line': 'head-truncated',
      '/script-unknown': 'script-unknown',
      '/text': 'not-fastcgi',
      '/too-long': 'length-wrong',
      '/wrong-id': 'wrong-records',
      '/wrong-type': 'wrong-records',
    },
    sockets: told,
  },
  {
    name: 'Apache with mod_proxy_fcgi',
    programs: ['apache2'],
    start: (options) => startApacheProxy({ ...options, keepConnections: false, timeouts }),
    answers: {
      '/bad-header': 'head-invalid',
      '/bad-status': 'head-invalid',
      '/closes': 'closed-without-answer',
      '/error': 'server-error',
      '/http': 'speaks-http',
      '/never': 'never-answers',
      '/script-unknown': 'script-unknown',
      '/text': 'not-fastcgi',
      '/wrong-id': 'wrong-records',
      '/wrong-type': 'wrong-records',
    },
    sockets: told,
  },
  {
    name: 'lighttpd',
    programs: ['lighttpd'],
    start: (options) => startLighttpd({ ...options, timeouts }),
    answers: {
      '/closes': 'closed-without-answer',
      '/error': 'server-error',
      '/http': 'closed-without-answer',
      '/never': 'never-answers',
      '/script-unknown': 'script-unknown',
      '/text': 'closed-without-answer',
      '/wrong-type': 'wrong-records',
    },
    sockets: told,
  },
  {
    name: 'Caddy',
    programs: ['caddy'],
    start: startCaddy,
    answers: {
      '/bad-header': 'head-invalid',
      '/closes': 'closed-without-answer',
      '/empty': 'closed-without-answer',
      '/http': 'not-fastcgi',
      '/text': 'not-fastcgi',
      '/too-long': 'length-wrong',
    },
    sockets: told,
  },
  {
    name: 'h2o',
    programs: ['h2o'],
    start: (options) => startH2o({ ...options, keepConnections: false, timeouts }),
    answers: {
      '/bad-header': 'head-invalid',
      '/bad-status': 'head-invalid',
      '/closes': 'closed-without-answer',
      '/empty': 'head-truncated',
      '/error': 'server-error',
      '/never': 'never-answers',
      '/no-blank-line': 'head-truncated',
      '/script-unknown': 'script-unknown',
      '/wrong-type': 'wrong-records',
    },
    sockets: notTold,
  },
  {
    name: 'HAProxy',
    programs: ['haproxy'],
    start: (options) => startHaproxy({ ...options, timeouts }),
    answers: {
      '/bad-header': 'head-invalid',
      '/closes': 'closed-without-answer',
      '/never': 'never-answers',
      '/script-unknown': 'script-unknown',
    },
    sockets: notTold,
  },
];

// As root the application and the web server are two users, as they are in most deployments.
const isRoot = webServerUser() !== undefined;

// The web servers at the same time, because each mostly waits; the tests of one of them one after the other.
describe.concurrent.each(products)('the log of $name', ({ answers, programs, sockets, start }) => {
  const missing = skipReason(...programs);
  if (missing !== undefined) {
    test.skip(missing);
    return;
  }
  let folder: ScratchFolder;
  let application: FaultyApplication;
  let webServer: WebServer;
  beforeAll(async () => {
    folder = await createScratchFolder();
    application = new FaultyApplication(join(folder.path, 'app.sock'));
    await application.listen();
    webServer = await start({ application: { kind: 'unix', path: application.path }, folder: folder.path });
  });
  afterAll(async () => {
    await webServer?.stop();
    await application?.close();
    folder?.remove();
  });

  /** Asks for a path and looks what the doctor makes of what is logged over it. */
  async function findings(path: string): Promise<string[]> {
    const before = await webServer.logs();
    const client = new HttpClient(webServer.url, { timeout: 10_000 });
    return findInLog(folder.path, async () => {
      // Again and again: lighttpd does not try an application for two seconds after it has failed. Answers that are
      // broken off, and such that never come, are as good as others here.
      await client.request(path).catch(() => undefined);
      return (await webServer.logs()).map((text, place) => text.slice(before[place]?.length)).join('');
    });
  }

  test.sequential.each(Object.entries(answers))(
    'of an application that does %s tells “%s”',
    async (path, id) => {
      expect(await findings(path)).toEqual([id]);
    },
  );

  (isRoot ? test.sequential : test.sequential.skip)(
    `tells “${sockets.closed}” where it may not connect${isRoot ? '' : ' (needs root)'}`,
    async () => {
      await chmod(application.path, 0o600);
      expect(await findings('/')).toEqual([sockets.closed]);
      await chmod(application.path, 0o660);
    },
  );

  test.sequential(`tells “${sockets.left}” where nobody listens any more, and “${sockets.missing}” where there is no socket`, async () => {
    await application.vanish();
    expect(await findings('/')).toEqual([sockets.left]);
    await rm(application.path);
    expect(await findings('/')).toEqual([sockets.missing]);
  });
});
