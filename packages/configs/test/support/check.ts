import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { caddyKnowsRequestBuffers } from '../../../tooling/src/caddy-version.ts';
import { findProgram, type SystemProgram } from '../../../tooling/src/system-packages.mjs';
import { checkCompose, checkDockerfile, checkManifests } from './check-containers.ts';

const run = promisify(execFile);

/** What loads the configurations of one product, without serving anything. */
export interface ProductCheck {
  /** Default false. */
  readonly needsRoot?: boolean;
  readonly programs: readonly SystemProgram[];
  /**
   * Rejects with what the product says against a configuration, if it does.
   *
   * @param files name → text; several for a product whose configuration is in several files
   * @param folder for whatever the product needs around it
   */
  check(files: ReadonlyMap<string, string>, folder: string): Promise<void>;
}

const APACHE_MODULES = '/usr/lib/apache2/modules';

/** Product → check. Those that are missing here are in no distribution. */
export const productChecks: Readonly<Record<string, ProductCheck>> = {
  nginx: {
    programs: ['nginx'],
    async check(files, folder) {
      const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
      const paths = temporary.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
      for (const [name, text] of files) {
        // Everybody may try that port.
        const site = await write(folder, name, text.replaceAll(/(listen (?:\[::\]:)?)80;/g, '$18000;'));
        const wrapper = `pid ${folder}/pid;\nevents {}\nhttp {\n${paths}\naccess_log off;\ninclude ${site};\n}\n`;
        const config = await write(folder, 'nginx.conf', wrapper);
        await run(find('nginx'), ['-t', '-e', join(folder, 'error.log'), '-c', config]);
      }
    },
  },
  lighttpd: {
    programs: ['lighttpd'],
    async check(files, folder) {
      for (const [name, text] of files) {
        // The program to be started must be there.
        const site = await write(
          folder,
          name,
          text.replaceAll('"/srv/app/server.js"', `"${process.execPath}"`),
        );
        const wrapper = `server.document-root = "${folder}"\ninclude "${site}"\n`;
        const { stderr } = await run(find('lighttpd'), [
          '-tt',
          '-f',
          await write(folder, 'wrapper', wrapper),
        ]);
        if (/unknown|warning|deprecated/i.test(stderr)) throw new Error(stderr);
      }
    },
  },
  apache: {
    programs: ['apache2', 'mod_fcgid'],
    async check(files, folder) {
      for (const [name, original] of files) {
        // The program that is asked must be there.
        const text = original.replaceAll('Checker "/srv/app/server.js"', `Checker "${process.execPath}"`);
        const site = name.startsWith('htaccess') ? `<Directory "${folder}">\n${text}</Directory>\n` : text;
        const modules = [
          'mpm_event',
          'authz_core',
          ...modulesOf(text),
          ...(site === text ? [] : ['fcgid', 'rewrite']),
        ];
        const loaded = [...new Set(modules)].map(
          (module) => `LoadModule ${module}_module ${APACHE_MODULES}/mod_${module}.so`,
        );
        const wrapper = `${loaded.join('\n')}\nServerRoot ${folder}\nServerName localhost\nErrorLog ${folder}/error.log\nListen 8000\n${site}`;
        await run(find('apache2'), ['-t', '-f', await write(folder, name, wrapper)]);
      }
    },
  },
  caddy: {
    programs: ['caddy'],
    async check(files, folder) {
      const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
      const knowsBuffers = caddyKnowsRequestBuffers();
      for (const [name, text] of files) {
        // What the comment in it says is to be left out for an old Caddy.
        const known = knowsBuffers
          ? text
          : text.replace(/^ *# FastCGI wants [\s\S]*?(?=^ *reverse_proxy [^@])/m, '');
        const config = await write(folder, name, known);
        await run(find('caddy'), ['validate', '--adapter', 'caddyfile', '--config', config], { env });
      }
    },
  },
  h2o: {
    programs: ['h2o'],
    async check(files, folder) {
      for (const [name, text] of files) {
        await run(find('h2o'), ['-t', '-c', await write(folder, name, text)]);
      }
    },
  },
  haproxy: {
    programs: ['haproxy'],
    async check(files, folder) {
      for (const [name, text] of files) {
        const wrapper = await write(folder, 'global.cfg', 'global\n    log stderr format raw local0\n');
        const { stdout, stderr } = await run(find('haproxy'), [
          '-c',
          '-f',
          wrapper,
          '-f',
          await write(folder, name, text),
        ]);
        if (/WARNING|ALERT/.test(stdout + stderr)) throw new Error(stdout + stderr);
      }
    },
  },
  supervisor: {
    programs: ['supervisord'],
    async check(files, folder) {
      for (const [name, text] of files) {
        // supervisord has no option to check a file; this is how it reads one.
        const config = await write(folder, name, `[supervisord]\nlogfile=${folder}/log\n${text}`);
        const read = `from supervisor.options import ServerOptions; ServerOptions().realize(['-c', ${JSON.stringify(config)}])`;
        await run('/usr/bin/python3', ['-c', read]);
      }
    },
  },
  systemd: {
    programs: ['systemd-analyze'],
    async check(files, folder) {
      const units: string[] = [];
      for (const [name, text] of files) {
        const unit = text.replaceAll('/srv/app/server.js', process.execPath);
        units.push(
          await write(
            folder,
            name.replace(/^tcp/, 'your-application').replace(/^(root|own-socket)/, 'app'),
            unit,
          ),
        );
      }
      const { stderr } = await run(find('systemd-analyze'), ['verify', '--man=no', ...units]);
      if (stderr.split('\n').some((line) => line.includes(folder))) throw new Error(stderr);
    },
  },
  stunnel: {
    programs: ['stunnel', 'openssl'],
    async check(files, folder) {
      await writeCertificates(folder);
      for (const [name, original] of files) {
        const text = original
          .replaceAll('/etc/fcgi-tunnel', folder)
          .replace(/^accept = .*/m, `accept = ${folder}/accept`);
        const config = await write(folder, name, `foreground = yes\npid =\n${text}`);
        await untilStunnelServes(config);
      }
    },
  },
  tunnel: {
    programs: ['haproxy', 'openssl'],
    async check(files, folder) {
      await writeCertificates(folder);
      for (const [name, text] of files) {
        const config = await write(folder, name, text.replaceAll('/srv/certificates', folder));
        const { stdout, stderr } = await run(find('haproxy'), ['-c', '-f', config]);
        if (/WARNING|ALERT/.test(stdout + stderr)) throw new Error(stdout + stderr);
      }
    },
  },
  wireguard: {
    needsRoot: true,
    programs: ['wg-quick'],
    async check(files, folder) {
      for (const text of files.values()) {
        const path = await write(folder, 'wg-test.conf', text);
        await chmod(path, 0o600);
        const { stdout } = await run(find('wg-quick'), ['strip', path]);
        // Reads all of it, and then finds no such interface, whether or not the kernel knows WireGuard.
        const stripped = await write(folder, 'stripped', stdout);
        const failure = await run('wg', ['setconf', 'fcgi-none', stripped]).catch((error: unknown) =>
          String(error),
        );
        if (!/Unable to modify interface/.test(String(failure))) throw new Error(String(failure));
      }
    },
  },
  container: {
    programs: [],
    async check(files) {
      for (const text of files.values()) checkDockerfile(text);
    },
  },
  compose: {
    programs: [],
    async check(files, folder) {
      for (const [name, text] of files) await checkCompose(await write(folder, name, text));
    },
  },
  kubernetes: {
    programs: [],
    async check(files) {
      for (const text of files.values()) checkManifests(text);
    },
  },
  init: {
    programs: ['start-stop-daemon'],
    async check(files, folder) {
      for (const [name, text] of files) {
        await run('/bin/sh', ['-n', await write(folder, name, text)]);
      }
    },
  },
};

/** Runs `use` with a folder that is there while it runs. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-js-configs-'));
  try {
    await chmod(folder, 0o755);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Certificates that nobody has to trust. */
async function writeCertificates(folder: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  for (const name of ['ca', 'application', 'web-server']) {
    const path = join(folder, `${name}.pem`);
    await run('openssl', ['req', '-x509', ...key, '-subj', `/CN=${name}`, '-keyout', path, '-out', path]);
  }
}

/** stunnel has no test of configurations: it says so when it has taken one, and goes on. */
async function untilStunnelServes(config: string): Promise<void> {
  const child = spawn(find('stunnel'), [config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error(said)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Configuration successful')) resolve();
    });
  }).finally(() => child.kill());
}

function find(program: SystemProgram): string {
  return findProgram(program) ?? program;
}

/** What the configuration itself says is to be loaded. */
function modulesOf(text: string): string[] {
  return (/^# a2enmod (.*)$/m.exec(text)?.[1] ?? '').split(' ').filter((name) => name !== '');
}

async function write(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
