import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { MetaProject } from './meta-frameworks.ts';

const run = promisify(execFile);

/**
 * Writes a project, installs what it needs, and builds it for a prefix.
 *
 * @param base the prefix, empty for none
 * @param node the Node that builds it
 */
export async function buildMetaProject(
  project: MetaProject,
  folder: string,
  base: string,
  node: string,
): Promise<void> {
  const manifest = {
    dependencies: project.dependencies,
    private: true,
    scripts: { build: project.build },
    type: 'module',
  };
  const files = { ...project.files, 'package.json': JSON.stringify(manifest) };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  // What vitest tells its tests would be for the tools of the frameworks, which are made of the same parts.
  const own = /^(?:BASE_URL|DEV|FCGI_JS_.*|MODE|NODE_ENV|PROD|SSR|TEST|VITEST.*|npm_.*)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    ASTRO_TELEMETRY_DISABLED: '1',
    BASE: base,
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: [dirname(node), process.env['PATH']].join(delimiter),
  };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  await run('npm', ['install', ...quiet], options);
  await run('npm', ['run', 'build'], options);
}
