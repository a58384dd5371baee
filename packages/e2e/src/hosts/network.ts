import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { atExit } from '../at-exit.ts';
import { Child, type ChildOptions } from '../child.ts';

/** A host: a network namespace of its own, with one link to the switch. */
export interface Host {
  readonly address: string;
  /** Pulls its cable: nothing reaches it, and no peer learns of it. */
  cut(): void;
  /** Plugs the cable in again. */
  mend(): void;
  /** Sets a value of its kernel, `net.ipv4.tcp_keepalive_time` for example. */
  configure(name: string, value: number): void;
  readonly name: string;
  /** Starts a program on it. */
  start(command: string, args: readonly string[], options?: ChildOptions): Child;
}

/** Hosts on one wire, which reach each other and nothing else. */
export interface Network<Name extends string> {
  readonly hosts: Readonly<Record<Name, Host>>;
  /** Removes them; what still runs there is to be ended before. */
  remove(): void;
}

/** The network, in CIDR form. */
export const SUBNET = '10.77.0.0/24';

const PREFIX = 'fcgi-e2e';
let networks = 0;

/** Why there can be no hosts here; undefined where there can. With `CI=true` there must be. */
export function whyNoHosts(): string | undefined {
  const missing = skipReason('ip');
  if (missing !== undefined) return missing;
  if (process.getuid?.() === 0) return undefined;
  if (process.env['CI'] === 'true')
    throw new Error('with CI=true network namespaces must be tested, as root');
  return 'network namespaces need root';
}

/**
 * Makes hosts, 10.77.0.1 and so on, in namespaces that no other test uses. They are removed at the end of this process
 * at the latest.
 *
 * @param names what they are called
 */
export function createNetwork<Name extends string>(...names: Name[]): Network<Name> {
  removeForgotten();
  networks += 1;
  const prefix = `${PREFIX}-${process.pid}-${networks}`;
  const hub = `${prefix}-switch`;
  const spaces = [hub, ...names.map((name) => `${prefix}-${name}`)];
  const removeSpaces = () => {
    for (const space of spaces) if (existsSync(`/run/netns/${space}`)) ip('netns', 'del', space);
  };
  const forget = atExit(removeSpaces);
  for (const space of spaces) {
    ip('netns', 'add', space);
    ip('-n', space, 'link', 'set', 'lo', 'up');
  }
  ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
  ip('-n', hub, 'link', 'set', 'bridge', 'up');
  const hosts = names.map((name, place) => [name, createHost(name, `${prefix}-${name}`, hub, place + 1)]);
  return {
    hosts: Object.fromEntries(hosts) as Record<Name, Host>,
    remove: () => {
      forget();
      removeSpaces();
    },
  };
}

function createHost(name: string, space: string, hub: string, number: number): Host {
  const port = `port${number}`;
  const address = `10.77.0.${number}`;
  ip('link', 'add', port, 'netns', hub, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
  ip('-n', hub, 'link', 'set', port, 'master', 'bridge', 'up');
  ip('-n', space, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  ip('-n', space, 'link', 'set', 'eth0', 'up');
  return {
    address,
    configure: (name, value) => {
      const path = `/proc/sys/${name.replaceAll('.', '/')}`;
      ip('netns', 'exec', space, 'sh', '-c', `echo ${value} > ${path}`);
    },
    cut: () => ip('-n', hub, 'link', 'set', port, 'down'),
    mend: () => ip('-n', hub, 'link', 'set', port, 'up'),
    name,
    // "ip netns exec" becomes the program: signals reach it.
    start: (command, args, options) => new Child('ip', ['netns', 'exec', space, command, ...args], options),
  };
}

/** Namespaces outlive a process that was killed. */
function removeForgotten(): void {
  const listed = ip('netns', 'list').split('\n');
  for (const line of listed) {
    const [, space = '', pid] = new RegExp(`^(${PREFIX}-(\\d+)-\\S+)`).exec(line) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) ip('netns', 'del', space);
  }
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}
