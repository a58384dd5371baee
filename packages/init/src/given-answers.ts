import type { Asked } from './answers.ts';
import type { ConfigOptions } from './config-options.ts';
import { DeploymentError } from './errors.ts';
import { makeFiles } from './make-files.ts';
import { type Start, WEB_SERVERS, type WebServerName, webServer } from './web-servers.ts';

/** What is known of a deployment so far. */
export type GivenAnswers = { readonly [Name in keyof Asked]?: Asked[Name] | undefined };

/** The same with the defaults for what is not known: the first web server, and its first way to start an application. */
export function withDefaultAnswers({ mount, serverName, start, webServer: name }: GivenAnswers): Asked {
  const chosen = name ?? webServersFor(start)[0];
  return {
    mount: mount ?? '/',
    serverName: serverName ?? [],
    start: start ?? webServer(chosen).starts[0],
    webServer: chosen,
  };
}

/** The web servers that can have an application started in a way, or in any; the first is the default. */
export function webServersFor(start: Start | undefined): [WebServerName, ...WebServerName[]] {
  const all = Object.keys(WEB_SERVERS) as [WebServerName, ...WebServerName[]];
  if (start === undefined) return all;
  const [first, ...others] = all.filter((name) => webServer(name).starts.includes(start));
  return [first ?? all[0], ...others];
}

/** What has to be asked for: where a web server leaves no choice, nothing. */
export function missingAnswers({
  mount,
  serverName,
  start,
  webServer: name,
}: GivenAnswers): Array<keyof Asked> {
  return [
    ...(name === undefined ? (['webServer'] as const) : []),
    ...(start === undefined && (name === undefined || hasChoice(name)) ? (['start'] as const) : []),
    ...(mount === undefined ? (['mount'] as const) : []),
    ...(serverName === undefined && (name === undefined || hasHosts(name)) ? (['serverName'] as const) : []),
  ];
}

function hasChoice(name: WebServerName): boolean {
  return webServer(name).starts.length > 1;
}

/** A `.htaccess` belongs to a site that is there. */
function hasHosts(name: WebServerName): boolean {
  return webServer(name).options?.htaccess !== true;
}

/** What the configurations have against an answer; they say it, so that there is one rule. `undefined` where it is good. */
export function answerProblem(options: Pick<ConfigOptions, 'mount' | 'serverName'>): string | undefined {
  const { serverName, ...others } = options;
  const hosts = serverName === undefined || serverName.length === 0 ? {} : { serverName };
  try {
    makeFiles('nginx', [], { listen: ['127.0.0.1:9000'], ...others, ...hosts });
    return undefined;
  } catch (error) {
    if (error instanceof DeploymentError) return error.message;
    throw error;
  }
}
