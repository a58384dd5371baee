import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import type { Upstream, WebServer, WebServerOptions } from './web-server.ts';

/** What can be set about h2o. */
export interface H2oOptions extends WebServerOptions {
  /** Keeps connections to the application open (`fastcgi.timeout.keepalive`), default false. */
  readonly keepConnections?: boolean;
}

/**
 * Starts h2o with the application at the root; it can start the application itself (`fastcgi.spawn`).
 *
 * @param options where the application is, and how it is talked to
 */
export function startH2o(options: H2oOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'h2o.conf');
    await writeFile(config, h2oConfig(options, port));
    return { command: 'h2o', args: ['-c', config], errorLog: 'h2o-error.log' };
  });
}

function h2oConfig({ application, folder, keepConnections = false }: H2oOptions, port: number): string {
  const user = webServerUser();
  return `
${user === undefined ? '' : `user: ${user.name}`}
pid-file: ${folder}/h2o.pid
error-log: ${folder}/h2o-error.log
temp-buffer-path: ${folder}
num-threads: 1
listen: { host: 127.0.0.1, port: ${port} }
hosts:
  default:
    paths:
      "/":
        ${upstream(application)}
${keepConnections ? '        fastcgi.timeout.keepalive: 5000' : ''}
`;
}

function upstream(application: Upstream): string {
  switch (application.kind) {
    case 'unix':
      return `fastcgi.connect: { port: ${application.path}, type: unix }`;
    case 'tcp':
      return `fastcgi.connect: { host: ${application.host}, port: ${application.port}, type: tcp }`;
    case 'spawn':
      return `fastcgi.spawn: "exec ${application.program}"`;
  }
}

const collectsUploads = { instead: 'weaker', rule: '§5', reason: 'h2o collects the upload first' } as const;

/** What cannot hold behind h2o. */
export const h2oDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  leavesBeforeAnswer: {
    instead: 'weaker',
    rule: '§5',
    reason: 'h2o does not notice that the browser has gone before it writes to it',
  },
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
  throwsWithoutLength: {
    instead: 'weaker',
    rule: '25',
    reason: 'h2o ends an answer that breaks off as if it were complete',
  },
};
