import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appProgram, type Host, kitScript } from './app-fcgi.ts';
import { findNodeScript } from './find-node.ts';
import { KIT_FOLDER, PROGRAM } from './layout.ts';
import { startModule } from './start-module.ts';

/** What a kit is made for. */
export interface KitTask {
  readonly folder: string;
  readonly host: Host;
  /** The oldest Node that it runs on. */
  readonly node: string;
  /** The name of the release, where it is one. */
  readonly release: string | undefined;
}

const RUNNABLE = 0o755;
const CHECK = 'Says whether this works on this host.';
const ACTIVATE = 'Switches the site to this release; --keep N removes old ones.';

/** Writes what a bundle has beside the application: the program for the web server, the runner in one file, the check. */
export async function makeKit({ folder, host, node, release }: KitTask): Promise<void> {
  const { build } = await import('esbuild');
  const programs = ['check', 'serve', ...(release === undefined ? [] : ['activate'])];
  await build({
    absWorkingDir: folder,
    // The runner finds its programs below its package.
    banner: {
      js: "import { createRequire as fcgiCreateRequire } from 'node:module'; const require = fcgiCreateRequire(import.meta.url), fcgiPackage = () => import.meta.url;",
    },
    bundle: true,
    define: { 'import.meta.resolve': 'fcgiPackage' },
    entryPoints: {
      ...Object.fromEntries(programs.map((name) => [name, programOf('@fcgi-js/bundle', name)])),
      'dist/bin/watchdog': programOf('@fcgi-js/runner', 'watchdog'),
    },
    // It compiles TypeScript, of which there is none any more.
    external: ['tsx', 'tsx/*'],
    format: 'esm',
    keepNames: true,
    logLevel: 'silent',
    minify: true,
    outdir: join(folder, KIT_FOLDER),
    platform: 'node',
    target: 'node20.19',
  });
  const write = (name: string, text: string, mode = 0o644) =>
    writeFileSync(join(folder, name), text, { mode });
  write(join(KIT_FOLDER, 'package.json'), '{ "type": "module" }\n');
  write(PROGRAM, appProgram(host, release), RUNNABLE);
  write(join(KIT_FOLDER, 'find-node.sh'), findNodeScript(node));
  write(join(KIT_FOLDER, 'start.js'), startModule(node, 'serve.js'));
  write(join(KIT_FOLDER, 'start-check.js'), startModule(node, 'check.js'));
  write('check', kitScript('start-check', CHECK, host), RUNNABLE);
  if (release !== undefined) write('activate', kitScript('activate', ACTIVATE, host), RUNNABLE);
}

/** By the name of the package: where this module ends up is the bundler's business. */
function programOf(packageName: string, name: string): string {
  const manifest = fileURLToPath(import.meta.resolve(`${packageName}/package.json`));
  return join(dirname(manifest), `dist/bin/${name}.js`);
}
