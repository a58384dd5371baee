import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { launchWebServer } from './launch.ts';
import { type ListeningUpstream, mustListen, type WebServer, type WebServerOptions } from './web-server.ts';

/** Where Debian has Apache's modules. */
export const APACHE_MODULES = '/usr/lib/apache2/modules';

/** What can be set about Apache with mod_proxy_fcgi. */
export interface ApacheProxyOptions extends WebServerOptions {
  /**
   * By which directive of mod_authnz_fcgi it asks the application, as an authorizer, who may see what is below
   * `/protected`. Default: it does not ask. Only for an application that listens on TCP.
   */
  readonly authorizing?: 'AuthBasicProvider' | 'AuthnzFcgiCheckAuthnProvider';
  /** Keeps connections to the application open (`enablereuse=on`), default false. */
  readonly keepConnections?: boolean;
  /** Passes answers on as they come (`flushpackets=on`), default false: they are collected. */
  readonly streaming?: boolean;
}

/**
 * Starts Apache with mod_proxy_fcgi and the application at the root.
 *
 * @param options where the application is, and how it is talked to
 */
export function startApacheProxy(options: ApacheProxyOptions): Promise<WebServer> {
  const { application, authorizing, folder, keepConnections = false, streaming = false } = options;
  const upstream = mustListen(application, 'mod_proxy_fcgi');
  const parameters = `${keepConnections ? ' enablereuse=on' : ''}${streaming ? ' flushpackets=on' : ''}`;
  const target = proxyTarget(upstream);
  const authorizer = authorizing === undefined ? NO_AUTHORIZER : authorizerConfig(authorizing, target);
  return startApache(
    folder,
    ['proxy', 'proxy_fcgi', 'setenvif', ...authorizer.modules],
    [
      `ProxyPass "/" "${target}"${parameters}`,
      'SetEnvIf Request_URI . proxy-fcgi-pathinfo=unescape',
      ...authorizer.directives,
    ],
  );
}

interface ModuleConfig {
  readonly directives: readonly string[];
  readonly modules: readonly string[];
}

const NO_AUTHORIZER: ModuleConfig = { directives: [], modules: [] };

function authorizerConfig(
  directive: NonNullable<ApacheProxyOptions['authorizing']>,
  target: string,
): ModuleConfig {
  return {
    directives: [
      `AuthnzFcgiDefineProvider authn authorizer ${target}`,
      '<Location /protected>',
      '    AuthType Basic',
      '    AuthName e2e',
      directive === 'AuthBasicProvider'
        ? '    AuthBasicProvider authorizer'
        : '    AuthnzFcgiCheckAuthnProvider authorizer Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:REMOTE_USER}"',
      '    Require valid-user',
      '</Location>',
    ],
    modules: ['authn_core', 'auth_basic', 'authz_user', 'authnz_fcgi'],
  };
}

/**
 * Starts Apache with mod_fcgid, which starts the application when the first request comes.
 *
 * @param options the program that is the application
 * @throws Error if the application is one that listens already
 */
export function startApacheFcgid({ application, folder }: WebServerOptions): Promise<WebServer> {
  if (application.kind !== 'spawn') throw new Error('mod_fcgid starts its applications itself');
  return startApache(
    folder,
    ['alias', 'fcgid'],
    [
      `ScriptAlias / ${application.program}/`,
      '<Location />',
      '    SetHandler fcgid-script',
      '</Location>',
      `FcgidIPCDir ${folder}`,
      `FcgidProcessTableFile ${folder}/fcgid-processes`,
      'FcgidMaxRequestLen 1073741824',
    ],
  );
}

function startApache(folder: string, modules: string[], directives: string[]): Promise<WebServer> {
  return launchWebServer(folder, async (port) => {
    const config = join(folder, 'apache.conf');
    await writeFile(config, apacheConfig({ directives, folder, modules, port }));
    return {
      command: 'apache2',
      args: ['-D', 'FOREGROUND', '-f', config],
      errorLog: 'apache-error.log',
      // All that an application started by mod_fcgid gets of the environment; `env node` looks for node in it.
      env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    };
  });
}

interface ApacheConfigOptions {
  readonly directives: string[];
  readonly folder: string;
  readonly modules: string[];
  readonly port: number;
}

function apacheConfig({ directives, folder, modules, port }: ApacheConfigOptions): string {
  const user = webServerUser();
  const loaded = ['mpm_event', 'authz_core', ...modules];
  return `
${loaded.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
Mutex file:${folder}
ErrorLog ${folder}/apache-error.log
LogLevel info
ServerName localhost
# One process: the connections it keeps are its own.
StartServers 1
ServerLimit 1
ThreadsPerChild 50
MaxRequestWorkers 50
Listen 127.0.0.1:${port}
DocumentRoot ${folder}
${user === undefined ? '' : `User ${user.name}\nGroup ${user.group}`}
# %2F and // are the application's business.
AllowEncodedSlashes NoDecode
MergeSlashes Off
<Location />
    CGIPassAuth On
</Location>
${directives.join('\n')}
`;
}

function proxyTarget(upstream: ListeningUpstream): string {
  return upstream.kind === 'unix'
    ? `unix:${upstream.path}|fcgi://localhost/`
    : `fcgi://${upstream.host}:${upstream.port}/`;
}

const doesNotMissBrowser = {
  instead: 'weaker',
  rule: '§5',
  reason: 'Apache does not notice that the browser has gone before it writes to it',
} as const;
const collectsUploads = {
  instead: 'weaker',
  rule: '§5',
  reason: 'mod_fcgid collects the upload first',
} as const;
const collectsAnswers = {
  instead: 'weaker',
  rule: '§5',
  reason: 'Apache keeps small parts of an answer back',
} as const;

/** What cannot hold behind mod_proxy_fcgi when it passes answers on as they come. */
export const apacheProxyStreamingDeviations: Deviations = {
  earlyAnswer: {
    instead: 'weaker',
    rule: '26',
    reason: 'mod_proxy_fcgi waits for the rest of the upload before it looks at the answer',
  },
  leavesBeforeAnswer: doesNotMissBrowser,
};

/** What cannot hold behind mod_proxy_fcgi as it is by default. */
export const apacheProxyDeviations: Deviations = {
  ...apacheProxyStreamingDeviations,
  eventStream: collectsAnswers,
  leavesInAnswer: collectsAnswers,
  progressiveAnswer: collectsAnswers,
};

/** What cannot hold behind mod_fcgid. */
export const apacheFcgidDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  eventStream: collectsAnswers,
  leavesBeforeAnswer: doesNotMissBrowser,
  leavesInAnswer: collectsAnswers,
  leavesInUpload: collectsUploads,
  progressiveAnswer: collectsAnswers,
  progressiveUpload: collectsUploads,
};
