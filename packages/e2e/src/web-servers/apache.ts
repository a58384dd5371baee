import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apacheConfig } from '@fcgi-js/configs';
import type { Deviations } from '../conformance/conformance-list.ts';
import { webServerUser } from '../users.ts';
import { type Launch, launchWebServer } from './launch.ts';
import { authorizerOptions, siteOptions, type WebServer, type WebServerOptions } from './web-server.ts';

/** Where Debian has Apache's modules. */
export const APACHE_MODULES = '/usr/lib/apache2/modules';

/** What can be set about Apache with mod_proxy_fcgi. */
export interface ApacheProxyOptions extends WebServerOptions {
  /**
   * By which directive of mod_authnz_fcgi it asks the application, as an authorizer, who may see what is below
   * `/protected`; `@fcgi-js/configs` prints the second. Default: it does not ask. Only for an application that listens
   * on TCP.
   */
  readonly authorizing?: 'AuthBasicProvider' | 'AuthnzFcgiCheckAuthnProvider';
  /** Collects answers before it passes them on, as Apache does by default. Default false. */
  readonly collecting?: boolean;
  /** Keeps connections to the application open (`enablereuse=on`), default true. */
  readonly keepConnections?: boolean;
}

/**
 * Starts Apache with mod_proxy_fcgi and the site that `@fcgi-js/configs` prints.
 *
 * @param options where the application is, and how it is talked to
 */
export function startApacheProxy(options: ApacheProxyOptions): Promise<WebServer> {
  const { authorizing, collecting = false, keepConnections = true } = options;
  return launchWebServer(options, (port) => {
    const site = apacheConfig({
      module: 'proxy_fcgi',
      ...siteOptions(options),
      bind: `127.0.0.1:${port}`,
      keepAlive: keepConnections,
      ...(authorizing === undefined ? {} : authorizerOptions(options.folder)),
    });
    const modules = authorizing === 'AuthBasicProvider' ? ['auth_basic'] : [];
    const asked = authorizing === 'AuthBasicProvider' ? withAuthBasic(site) : site;
    return configureApache(
      options,
      port,
      modules,
      collecting ? asked.replace(' flushpackets=on', '') : asked,
    );
  });
}

function withAuthBasic(site: string): string {
  return site
    .replace(/AuthnzFcgiCheckAuthnProvider app .*/, 'AuthBasicProvider app')
    .replace('AuthName app', 'AuthName e2e');
}

/** What can be set about Apache with mod_fcgid. */
export interface ApacheFcgidOptions extends WebServerOptions {
  /** Asks the application, as an authorizer, who may see what is below `/protected`, default false. */
  readonly authorizing?: boolean;
  /** Sends answers on as they come, with the line that the configuration has in a comment. Default false. */
  readonly streaming?: boolean;
}

/**
 * Starts Apache with mod_fcgid and the site that `@fcgi-js/configs` prints; it starts the application when the first
 * request comes.
 *
 * @param options the program that is the application
 */
export function startApacheFcgid(options: ApacheFcgidOptions): Promise<WebServer> {
  return launchWebServer(options, (port) => {
    const site = apacheConfig({
      module: 'fcgid',
      ...siteOptions(options),
      bind: `127.0.0.1:${port}`,
      ...(options.authorizing === true ? authorizerOptions(options.folder) : {}),
    });
    const text = options.streaming === true ? site.replace('# FcgidOutputBuffer', 'FcgidOutputBuffer') : site;
    return configureApache(options, port, [], `${fcgidFiles(options)}${text}`);
  });
}

/**
 * Starts Apache as on shared hosting, with the `.htaccess` that `@fcgi-js/configs` prints in the folder of the program.
 *
 * @param options the program that is the application
 */
export function startApacheHtaccess(options: WebServerOptions): Promise<WebServer> {
  const { folder } = options;
  return launchWebServer(options, async (port) => {
    const text = apacheConfig({ module: 'fcgid', htaccess: true, ...siteOptions(options) });
    await writeFile(join(folder, '.htaccess'), text);
    return configureHtaccessHost(options, port);
  });
}

/**
 * What the host of a `.htaccess` has set up: a folder for the site, which is the scratch folder, and room for uploads.
 *
 * @param options the scratch folder, and the prefix that it is
 * @param port where it listens
 */
export function configureHtaccessHost(
  options: Pick<WebServerOptions, 'folder' | 'mount'>,
  port: number,
): Promise<Launch> {
  const { folder, mount = '' } = options;
  const host = `${fcgidFiles(options)}
FcgidMaxRequestLen 1073741824
${mount === '' ? '' : `Alias "${mount}" "${folder}"\nDocumentRoot "${folder}/static"`}
<Directory "${folder}">
    AllowOverride All
    Require all granted
</Directory>
`;
  return configureApache(options, port, ['alias', 'dir', 'fcgid', 'rewrite'], host);
}

/** What mod_fcgid has below `/var` otherwise. */
export function fcgidFiles({ folder }: Pick<WebServerOptions, 'folder'>): string {
  return `FcgidIPCDir ${folder}\nFcgidProcessTableFile ${folder}/fcgid-processes\n`;
}

/**
 * Writes the configuration for a site.
 *
 * @param options the scratch folder
 * @param port where it listens
 * @param modules beside those that the site says are to be switched on
 * @param site what stands in a file of its own on a real machine
 */
export async function configureApache(
  { connections = THREADS, folder }: Pick<WebServerOptions, 'connections' | 'folder'>,
  port: number,
  modules: string[],
  site: string,
): Promise<Launch> {
  const config = join(folder, 'apache.conf');
  await writeFile(join(folder, 'site.conf'), site);
  await writeFile(config, wrapper(folder, port, [...modules, ...namedModules(site)], connections));
  return {
    command: 'apache2',
    args: ['-D', 'FOREGROUND', '-f', config],
    errorLog: 'apache-error.log',
    // All that an application started by mod_fcgid gets of the environment; `env node` looks for node in it.
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
  };
}

/** Those that the site says are to be switched on. */
function namedModules(site: string): string[] {
  return /^# a2enmod (.+)$/m.exec(site)?.[1]?.split(' ') ?? [];
}

/** A WebSocket takes a thread for as long as it is open. */
const THREADS = 50;

function wrapper(folder: string, port: number, modules: string[], threads: number): string {
  const user = webServerUser();
  const loaded = new Set(['mpm_event', 'authz_core', ...modules]);
  return `
${[...loaded].map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
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
ThreadLimit ${threads}
ThreadsPerChild ${threads}
MaxRequestWorkers ${threads}
Listen 127.0.0.1:${port}
DocumentRoot ${folder}
${user === undefined ? '' : `User ${user.name}\nGroup ${user.group}`}
Include ${folder}/site.conf
`;
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
const keepsBack = {
  instead: 'weaker',
  rule: '§5',
  reason: 'Apache keeps small parts of an answer back',
} as const;
const collectsAnswers: Deviations = {
  eventStream: keepsBack,
  leavesInAnswer: keepsBack,
  progressiveAnswer: keepsBack,
};

/** What cannot hold behind mod_proxy_fcgi. */
export const apacheProxyDeviations: Deviations = {
  earlyAnswer: {
    instead: 'weaker',
    rule: '26',
    reason: 'mod_proxy_fcgi waits for the rest of the upload before it looks at the answer',
  },
  leavesBeforeAnswer: doesNotMissBrowser,
};

/** What cannot hold behind mod_proxy_fcgi when it collects answers. */
export const apacheProxyCollectingDeviations: Deviations = {
  ...apacheProxyDeviations,
  ...collectsAnswers,
};

/** What cannot hold behind mod_fcgid that sends answers on as they come. */
export const apacheFcgidStreamingDeviations: Deviations = {
  earlyAnswer: collectsUploads,
  leavesBeforeAnswer: doesNotMissBrowser,
  leavesInUpload: collectsUploads,
  progressiveUpload: collectsUploads,
};

/** What cannot hold behind mod_fcgid. */
export const apacheFcgidDeviations: Deviations = { ...apacheFcgidStreamingDeviations, ...collectsAnswers };

/** What cannot hold with a `.htaccess`. */
export const apacheHtaccessDeviations: Deviations = {
  ...apacheFcgidDeviations,
  encodedSlash: {
    instead: 'nothing',
    rule: '§3',
    reason: 'Apache answers 404 to %2F unless the host allows it',
  },
};

/** What cannot hold with a `.htaccess` below a prefix. */
export const apacheHtaccessBelowDeviations: Deviations = {
  bareMount: { instead: 'weaker', reason: 'Apache adds the slash to the name of a folder' },
};
