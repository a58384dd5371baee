import { spawnSync } from 'node:child_process';
import { findProgram } from './system-packages.mjs';

/** Whether the Caddy of this machine knows `request_buffers`; Debian's 2.6.2 does not. */
export function caddyKnowsRequestBuffers(): boolean {
  const { stdout } = spawnSync(findProgram('caddy') ?? 'caddy', ['version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  return major * 1e6 + minor * 1e3 + patch >= 2_006_004;
}
