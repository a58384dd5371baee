import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lighttpdConfig } from '@fcgi-js/configs';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { type Launch, launchWebServer } from './launch.ts';
import { authorizerOptions, siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/** What can be set about lighttpd. */
export interface LighttpdOptions extends WebServerOptions {
  /** Asks the application, as an authorizer, who may see what is below `/protected`, default false. */
  readonly authorizing?: boolean;
  /** Collects answers before it passes them on, as lighttpd does by default. Default false. */
  readonly collecting?: boolean;
  /** Passes uploads on as they come, and refuses chunked ones. Default false: they are collected first. */
  readonly streaming?: boolean;
}

/**
 * Starts lighttpd with the site that `@fcgi-js/configs` prints; it can start the application itself (`bin-path`).
 *
 * @param options where the application is, and how it is talked to
 */
export function startLighttpd(options: LighttpdOptions): Promise<WebServer> {
  const { application, authorizing = false, collecting = false, folder } = options;
  return launchWebServer(options, async (port) => {
    const site = lighttpdConfig({
      ...siteOptions(options),
      ...(application.kind === 'spawn' ? { listen: `unix:${folder}/lighttpd.sock` } : {}),
      ...(authorizing ? authorizerOptions(folder) : {}),
    });
    const text = collecting ? site.replace('server.stream-response-body = 1', '') : site;
    return configureLighttpd(options, port, text);
  });
}

/**
 * Writes the configuration for a site.
 *
 * @param options the scratch folder, and how uploads are passed on
 * @param port where it listens
 * @param site what stands in a file of its own on a real machine
 */
export async function configureLighttpd(
  options: Pick<LighttpdOptions, 'connections' | 'folder' | 'streaming'>,
  port: number,
  site: string,
): Promise<Launch> {
  const { folder } = options;
  await writeFile(join(folder, 'site.conf'), site);
  const config = join(folder, 'lighttpd.conf');
  await writeFile(config, wrapper(options, port));
  return { command: 'lighttpd', args: ['-D', '-f', config], errorLog: 'lighttpd-error.log' };
}

function wrapper(
  { connections, folder, streaming = false }: Pick<LighttpdOptions, 'connections' | 'folder' | 'streaming'>,
  port: number,
): string {
  const user = webServerUser();
  return `
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}"
server.upload-dirs = ("${folder}")
${connections === undefined ? '' : `server.max-fds = ${connections * 3 + 64}\nserver.max-connections = ${connections}`}
server.pid-file = "${folder}/lighttpd.pid"
server.errorlog = "${folder}/lighttpd-error.log"
# What the application that lighttpd starts prints: the same file, so that one log tells everything.
server.breakagelog = "${folder}/lighttpd-error.log"
${user === undefined ? '' : `server.username = "${user.name}"\nserver.groupname = "${user.group}"`}
${streaming ? 'server.stream-request-body = 1' : ''}
include "${folder}/site.conf"
`;
}

const refusesBodyOfGet = {
  instead: 'nothing',
  rule: '§4',
  reason: 'lighttpd answers 400 to a GET with a body',
} as const;
const refusesLineBreaks = {
  instead: 'nothing',
  rule: '§3',
  reason: 'lighttpd answers 400 to a line break',
} as const;
const refusesAbsoluteTargets = {
  instead: 'nothing',
  rule: '§3',
  reason: 'lighttpd answers 400 to a target in absolute form with another Host',
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
const takesShortAnswers = {
  instead: 'weaker',
  rule: '25',
  reason: 'lighttpd takes an answer for complete if it gets all of it at once, its breaking off included',
} as const;

/** What cannot hold behind lighttpd when it collects both uploads and answers. */
export const lighttpdCollectingDeviations: Deviations = {
  bodyOfGet: refusesBodyOfGet,
  absoluteTarget: refusesAbsoluteTargets,
  lineBreakInUrl: refusesLineBreaks,
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

/** What cannot hold behind lighttpd as `@fcgi-js/configs` sets it up: answers as they come, uploads collected. */
export const lighttpdDeviations: Deviations = {
  bodyOfGet: refusesBodyOfGet,
  absoluteTarget: refusesAbsoluteTargets,
  lineBreakInUrl: refusesLineBreaks,
  earlyAnswer: collectsUploads,
  leavesBeforeAnswer: doesNotMissBrowser,
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
  throwsWithoutLength: takesShortAnswers,
};

/** What cannot hold behind lighttpd when it streams uploads, too. */
export const lighttpdStreamingDeviations: Deviations = {
  bodyOfGet: refusesBodyOfGet,
  absoluteTarget: refusesAbsoluteTargets,
  lineBreakInUrl: refusesLineBreaks,
  largeChunkedPost: {
    instead: 'nothing',
    rule: '§4',
    reason: 'lighttpd answers 411 to a chunked upload that is not there at once',
  },
  leavesBeforeAnswer: doesNotMissBrowser,
  throwsWithoutLength: takesShortAnswers,
};
