import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../tooling/src/system-packages.mjs';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memory: string;
  readonly system: string;
  /** Program or package → version; those that are not installed are missing. */
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ['express', 'fastify', 'koa', 'hono', '@hono/node-server', 'node-fastcgi'];
const installed = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Describes this machine and what takes part. */
export function describeMachine(): Machine {
  const versions: Record<string, string | undefined> = {
    commit: output('git', ['describe', '--always', '--dirty']),
    node: process.versions.node,
    nginx: /nginx\/(\S+)/.exec(output(findProgram('nginx') ?? 'nginx', ['-v']) ?? '')?.[1],
    wrk: /wrk \S*?(\d[\d.]*)/.exec(output('wrk', ['-v']) ?? '')?.[1],
    go: /go(\d[\d.]*)/.exec(output('go', ['version']) ?? '')?.[1],
    libfcgi: output('dpkg-query', ['-W', '-f', '$' + '{Version}', 'libfcgi-dev']),
    ...Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
  };
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()} ${arch()}`,
    versions: Object.fromEntries(
      Object.entries(versions).flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
    ),
  };
}

/** What a program prints, or undefined where there is none. Some print their version to stderr. */
function output(command: string, args: readonly string[]): string | undefined {
  const { error, stderr, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined ? `${stdout}${stderr}`.trim() : undefined;
}

function packageVersion(name: string): string | undefined {
  try {
    return JSON.parse(readFileSync(`${installed}/${name}/package.json`, 'utf8')).version;
  } catch {
    return undefined;
  }
}
