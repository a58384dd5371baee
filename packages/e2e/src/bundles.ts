import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fcgi } from './runner.ts';
import { configureApache, fcgidFiles } from './web-servers/apache.ts';
import { launchWebServer } from './web-servers/launch.ts';
import type { WebServer } from './web-servers/web-server.ts';

const run = promisify(execFile);
const installed = fileURLToPath(new URL('../node_modules', import.meta.url));

/** An application on a developer's machine. */
export interface BundledProject {
  /** Packages of this workspace that it has installed. */
  readonly dependencies?: readonly string[];
  /** Its files, by their paths; `package.json` is made. */
  readonly files: Readonly<Record<string, string>>;
  /** Fields of its `package.json`, beside its dependencies. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** What `fcgi bundle --json` says. */
export interface Made {
  readonly bytes: number;
  readonly folder: string;
  readonly natives: ReadonlyArray<{ readonly file: string; readonly platform: string }>;
  readonly node: string;
  readonly notes: readonly string[];
  readonly release?: string;
  readonly removed: readonly string[];
}

/** What can be set about a host. */
export interface HostOptions {
  /** Lines for the folder of the site. Default none. */
  readonly directives?: string;
  /** The prefix that the folder has. Default none. */
  readonly mount?: string;
}

/** Writes a project, with links to packages as pnpm makes them. */
export async function writeProject(
  { dependencies = [], files, manifest = {} }: BundledProject,
  folder: string,
): Promise<void> {
  const versions = Object.fromEntries(dependencies.map((name) => [name, '*']));
  const all = {
    ...files,
    'package.json': JSON.stringify({ name: 'shop', ...manifest, dependencies: versions }),
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const name of dependencies) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    if (existsSync(join(installed, name))) await symlink(join(installed, name), link);
  }
}

/** Runs `fcgi bundle` in a project. */
export async function bundleProject(project: string, ...args: readonly string[]): Promise<Made> {
  const { stdout } = await run(process.execPath, [fcgi, 'bundle', ...args, '--json'], { cwd: project });
  return JSON.parse(stdout) as Made;
}

/**
 * Takes a bundle to where it is served from: nothing of the machine that made it is there, and no `node_modules` above it. Its files
 * are an hour old: Apache's ETag of one that has just been written is a weak one.
 */
export async function upload(bundle: string, site: string): Promise<void> {
  await rename(bundle, site);
  const then = new Date(Date.now() - 3_600_000);
  for (const entry of await readdir(site, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
  }
  for (let folder = site; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '..', 'node_modules')))
      throw new Error(`${dirname(folder)} has node_modules, and a host has none.`);
  }
}

/**
 * Starts Apache as hosts have it: the folder of a site, in which `.htaccess` says all.
 *
 * @param scratch the scratch folder, where its own files are
 * @param site the folder of the site
 * @param options directives of the host for the folder of the site, and the prefix that the folder has
 */
export function startHost(scratch: string, site: string, options: HostOptions = {}): Promise<WebServer> {
  const { directives = '', mount = '' } = options;
  // Whatever the application answers at /.
  return launchWebServer({ broken: true, folder: scratch, mount }, (port) =>
    configureApache(
      { folder: scratch },
      port,
      ['alias', 'dir', 'fcgid', 'headers', 'mime', 'rewrite'],
      `${fcgidFiles({ folder: scratch })}
TypesConfig /etc/mime.types
${mount === '' ? `DocumentRoot "${site}"` : `Alias "${mount}" "${site}"`}
<Directory "${site}">
    AllowOverride All
    Require all granted
    ${directives}
</Directory>
`,
    ),
  );
}
