import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import type { Upstream, WebServer, WebServerOptions } from './web-server.ts';

/** What can be set about lighttpd. */
export interface LighttpdOptions extends WebServerOptions {
  /** Asks the application, as an authorizer, who may see what is below `/protected`, default false. */
  readonly authorizing?: boolean;
  /** Passes uploads and answers on as they come, default false: both are collected first. */
  readonly streaming?: boolean;
}

/**
 * Starts lighttpd with the application at the root; it can start the application itself (`bin-path`).
 *
 * @param options where the application is, and how it is talked to
 */
export function startLighttpd(options: LighttpdOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'lighttpd.conf');
    await writeFile(config, lighttpdConfig(options, port));
    return { command: 'lighttpd', args: ['-D', '-f', config], errorLog: 'lighttpd-error.log' };
  });
}

function lighttpdConfig(options: LighttpdOptions, port: number): string {
  const { application, authorizing = false, folder, streaming = false } = options;
  const user = webServerUser();
  return `
server.modules = ("mod_fastcgi")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}"
server.upload-dirs = ("${folder}")
server.pid-file = "${folder}/lighttpd.pid"
server.errorlog = "${folder}/lighttpd-error.log"
# What the application that lighttpd starts prints: the same file, so that one log tells everything.
server.breakagelog = "${folder}/lighttpd-error.log"
${user === undefined ? '' : `server.username = "${user.name}"\nserver.groupname = "${user.group}"`}
${streaming ? 'server.stream-request-body = 1\nserver.stream-response-body = 1' : ''}
fastcgi.server = (
    ${authorizing ? authorizer(upstream(application, folder)) : ''}
    "/" => ((
        ${upstream(application, folder)},
        "check-local" => "disable",
        "fix-root-scriptname" => "enable"
    ))
)
`;
}

function authorizer(target: string): string {
  return `"/protected" => ((
        ${target},
        "mode" => "authorizer",
        "check-local" => "disable"
    )),`;
}

function upstream(application: Upstream, folder: string): string {
  switch (application.kind) {
    case 'unix':
      return `"socket" => "${application.path}"`;
    case 'tcp':
      return `"host" => "${application.host}", "port" => ${application.port}`;
    case 'spawn':
      return `"socket" => "${folder}/lighttpd.sock", "bin-path" => "${application.program}", "max-procs" => 1`;
  }
}
const refusesBodyOfGet = {
  instead: 'nothing',
  rule: '§4',
  reason: 'lighttpd answers 400 to a GET with a body',
} as const;
const doesNotMissBrowser = {
  instead: 'weaker',
  rule: '§5',
  reason: 'lighttpd does not notice that the browser has gone before it writes to it',
} as const;
const collectsUploads = {
  instead: 'weaker',
  rule: '§5',
  reason: 'lighttpd collects the upload first',
} as const;
const collectsAnswers = {
  instead: 'weaker',
  rule: '§5',
  reason: 'lighttpd collects the answer first',
} as const;

/** What cannot hold behind lighttpd as it is by default. */
export const lighttpdCollectingDeviations: Deviations = {
  bodyOfGet: refusesBodyOfGet,
  earlyAnswer: collectsUploads,
  eventStream: collectsAnswers,
  leavesBeforeAnswer: doesNotMissBrowser,
  leavesInAnswer: collectsAnswers,
  leavesInLargeAnswer: { ...collectsAnswers, instead: 'nothing' },
  leavesInUpload: collectsUploads,
  progressiveAnswer: collectsAnswers,
  progressiveUpload: collectsUploads,
  throwsWithoutLength: {
    instead: 'weaker',
    rule: '25',
    reason: 'lighttpd takes an answer that breaks off for complete when it collects it',
  },
};

/** What cannot hold behind lighttpd when it streams. */
export const lighttpdStreamingDeviations: Deviations = {
  bodyOfGet: refusesBodyOfGet,
  largeChunkedPost: {
    instead: 'nothing',
    rule: '§4',
    reason: 'lighttpd answers 411 to a chunked upload that is not there at once',
  },
  leavesBeforeAnswer: doesNotMissBrowser,
};
