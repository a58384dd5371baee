import { readProc } from '@fcgi-js/inspector/system';
import { WEB_SERVER_PROGRAMS } from './web-server-users.ts';

/** More generations than there are between a web server and a program that it starts. */
const GENERATIONS = 16;

/**
 * What the session of a person has, and neither a web server nor `env -i` gives a program. Not HOME: scripts for shared hosts set it.
 */
const SESSION = ['TERM', 'USER', 'LOGNAME', 'SHELL', 'CI'];

/** What a process has from whatever has started it. */
export interface Inheritance {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: { readonly isTTY?: boolean };
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean };
}

/**
 * What has started this process where that is no person: the name of a web server, `init` for what takes over orphans and starts services,
 * or what gives it neither a terminal nor the environment of a session, as a check by `env -i` does.
 *
 * @returns undefined where a terminal is there, or nothing shows what started it
 */
export function startedBy({ env, stderr, stdin, stdout }: Inheritance): string | undefined {
  if ([stderr, stdin, stdout].some(({ isTTY }) => isTTY === true)) return undefined;
  const webServer = ancestors().find((name) => WEB_SERVER_PROGRAMS.includes(name));
  if (webServer !== undefined) return webServer;
  if (env['GATEWAY_INTERFACE'] !== undefined || env['FCGI_ROLE'] !== undefined) return 'a web server';
  if (process.ppid === 1) return 'init';
  return SESSION.some((name) => env[name] !== undefined)
    ? undefined
    : 'a web server, or a check in its place (no terminal, none of TERM, USER and SHELL),';
}

/** The names of the processes above this one, its parent first; none on a system without /proc. */
function ancestors(): string[] {
  const names: string[] = [];
  let pid = process.ppid;
  while (pid > 1 && names.length < GENERATIONS) {
    names.push(readProc(`${pid}/comm`).trim());
    const stat = readProc(`${pid}/stat`);
    // After the name in parentheses, which may hold anything: state, parent.
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
  }
  return names;
}
