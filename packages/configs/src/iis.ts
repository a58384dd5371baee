import { readApplication } from './application.ts';
import { ConfigError } from './errors.ts';
import { noBalancing } from './no-balancing.ts';
import type { Refusals, WebServerOptions } from './options.ts';
import type { Placed } from './placed.ts';
import { checkPrintable, quoteXml } from './quote.ts';
import { readSite } from './site.ts';
import { file } from './text.ts';

const refusals = {
  ...noBalancing('IIS'),
  'app.folder': 'IIS starts programs in the folder of the site',
  'app.group': 'IIS starts programs as the identity of the application pool',
  'app.user': 'IIS starts programs as the identity of the application pool',
  authorizer: 'IIS knows no FastCGI authorizers',
  bind: 'IIS has its bindings with the site',
  keepAlive: 'IIS decides itself which connections it keeps',
  listen:
    'IIS connects to nothing but what it has started; put another web server before the application, or use "app"',
  mount:
    'IIS has the prefix with the application of the site: put web.config into its folder, and name the prefix in createServer({ mount })',
  serverName: 'IIS has its host names with the bindings of the site',
  static: 'IIS has static files with virtual directories of the site',
  'timeouts.connect': 'IIS has no such time-out',
  'timeouts.upload': 'IIS has it for the whole site only: limits connectionTimeout',
  upgradeSocket: 'IIS passes WebSockets on with Application Request Routing, which is set up with the site',
} satisfies Refusals;

/** IIS keeps the length of a body in 32 bits. */
const LARGEST_BODY = 2 ** 32 - 1;

/** The two parts of a configuration of IIS. */
export interface IisFiles {
  /** `<fastCgi>` for `applicationHost.config`: how the program is started. */
  readonly applicationHost: string;
  /** `web.config` for the folder of the site. */
  readonly webConfig: string;
}

/**
 * `web.config` and the part of `applicationHost.config` for IIS.
 *
 * @param options what program the application is: `app.command` has paths of Windows
 * @throws ConfigError if an option is unknown, wrong, or beyond IIS
 */
export function iisConfig(options: WebServerOptions & Placed<typeof refusals>): IisFiles {
  const { app: command, ...others } = options;
  if (command === undefined) throw new ConfigError('app', 'is missing: which program is the application?');
  const { maxBodySize, name, processes, timeouts } = readSite({ ...others, app: '/' }, refusals);
  const app = readApplication(command, refusals, checkWindowsPath);
  const words = app.arguments.map(quoteArgument).join(' ');
  if (app.program.includes('|') || words.includes('|')) {
    throw new ConfigError('app', 'must not have |, which separates program and arguments');
  }
  const identity = `fullPath=${quoteXml('app', app.program)}${words === '' ? '' : ` arguments=${quoteXml('app', words)}`}`;
  const processor = quoteXml('app', words === '' ? app.program : `${app.program}|${words}`);
  return {
    applicationHost: file(
      '<fastCgi>',
      `    <application ${identity}`,
      `        maxInstances="${processes ?? 1}" instanceMaxRequests="1000000"`,
      `        activityTimeout="${timeouts.response}" requestTimeout="86400" idleTimeout="${timeouts.idle}"`,
      '        queueLength="1000" rapidFailsPerMinute="10" flushNamedPipe="false" protocol="Tcp"',
      '        signalBeforeTerminateSeconds="30">',
      '        <environmentVariables>',
      app.environment.map(
        ([variable, value]) =>
          `            <environmentVariable name="${variable}" value=${quoteXml(`app.environment.${variable}`, value)} />`,
      ),
      '        </environmentVariables>',
      '    </application>',
      '</fastCgi>',
    ),
    webConfig: file(
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<configuration>',
      '    <system.webServer>',
      '        <handlers>',
      '            <!-- Every URL and every method; resourceType: its URLs are not files. -->',
      '            <clear />',
      `            <add name="${name}" path="*" verb="*" modules="FastCgiModule"`,
      `                scriptProcessor=${processor}`,
      '                resourceType="Unspecified" requireAccess="Script" responseBufferLimit="0" />',
      '        </handlers>',
      '        <!-- The pages for errors of the application, and not those of IIS. -->',
      '        <httpErrors existingResponse="PassThrough" />',
      '        <security>',
      '            <!-- %252F and + are the business of the application. -->',
      '            <requestFiltering allowDoubleEscaping="true">',
      `                <requestLimits maxAllowedContentLength="${Math.min(maxBodySize ?? LARGEST_BODY, LARGEST_BODY)}" />`,
      '            </requestFiltering>',
      '        </security>',
      '    </system.webServer>',
      '</configuration>',
    ),
  };
}

function checkWindowsPath(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z]:\\[^"*<>?|]+$/i.test(value)) {
    throw new ConfigError(
      option,
      'must begin with an absolute path of Windows, for example C:\\Program Files\\nodejs\\node.exe',
    );
  }
  checkPrintable(option, value);
  return value;
}

/** As programs of Windows read their command line. */
function quoteArgument(value: string): string {
  if (value.includes('"'))
    throw new ConfigError('app.command', 'has ", which programs of Windows read differently');
  return /^[\w./:\\-]+$/.test(value) ? value : `"${value.replace(/\\$/, '\\\\')}"`;
}
