import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeploymentError, impossibleCheck, refusedConfiguration } from './errors.ts';
import type { ConfigFile } from './make-files.ts';
import type { Product } from './product-names.ts';

const execute = promisify(execFile);

/** Web servers are outside the PATH of users. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
const APACHE_MODULES = '/usr/lib/apache2/modules';

/** What a product says about files, in a folder of their own. */
interface Trial {
  readonly files: readonly ConfigFile[];
  readonly folder: string;
  /** Runs the product; rejects where it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Writes a file into the folder. */
  write(name: string, text: string): Promise<string>;
}

/** The test of each product; it throws, or gives what the product complains of. */
const trials: Partial<Record<Product, (trial: Trial) => Promise<string | undefined>>> = {
  async apache({ files: [file], folder, run, write }) {
    const { name = '', text = '' } = file ?? {};
    const isHtaccess = name === '.htaccess';
    const named = /^# a2enmod (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const modules = new Set([
      'mpm_event',
      'authz_core',
      ...named,
      ...(isHtaccess ? ['fcgid', 'rewrite'] : []),
    ]);
    const loaded = [...modules].map(
      (module) => `LoadModule ${module}_module ${APACHE_MODULES}/mod_${module}.so`,
    );
    const site = isHtaccess ? `<Directory "${folder}">\n${text}</Directory>\n` : text;
    const wrapper = `${loaded.join('\n')}\nServerRoot ${folder}\nServerName localhost\nErrorLog ${folder}/log\nListen 8000\n${site}`;
    await run('apache2', ['-t', '-f', await write('apache.conf', wrapper)]);
    return undefined;
  },
  async caddy({ files: [file], run, write }) {
    const path = await write('Caddyfile', file?.text ?? '');
    await run('caddy', ['validate', '--adapter', 'caddyfile', '--config', path]);
    return undefined;
  },
  async h2o({ files: [file], run, write }) {
    await run('h2o', ['-t', '-c', await write('h2o.yaml', file?.text ?? '')]);
    return undefined;
  },
  async haproxy({ files: [file], run, write }) {
    const log = await write('global.cfg', 'global\n    log stderr format raw local0\n');
    const said = await run('haproxy', ['-c', '-f', log, '-f', await write('site.cfg', file?.text ?? '')]);
    return /WARNING|ALERT/.test(said) ? said : undefined;
  },
  async init({ files: [file], run, write }) {
    await run('/bin/sh', ['-n', await write('init', file?.text ?? '')]);
    return undefined;
  },
  async lighttpd({ files: [file], folder, run, write }) {
    const site = await write('site.conf', file?.text ?? '');
    const wrapper = await write('lighttpd.conf', `server.document-root = "${folder}"\ninclude "${site}"\n`);
    const said = await run('lighttpd', ['-tt', '-f', wrapper]);
    return /unknown|warning|deprecated/i.test(said) ? said : undefined;
  },
  async nginx({ files: [file], folder, run, write }) {
    // It tries to listen, and every user may try that port.
    const site = await write(
      'site.conf',
      (file?.text ?? '').replaceAll(/(listen (?:\[::\]:)?)80;/g, '$18000;'),
    );
    const kinds = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
    const paths = kinds.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
    const wrapper = `pid ${folder}/pid;\nevents {}\nhttp {\n${paths}\naccess_log off;\ninclude ${site};\n}\n`;
    await run('nginx', ['-t', '-e', join(folder, 'log'), '-c', await write('nginx.conf', wrapper)]);
    return undefined;
  },
  async supervisor({ files: [file], folder, run, write }) {
    // supervisord has no option to check a file; this is how it reads one.
    const path = await write('supervisord.conf', `[supervisord]\nlogfile=${folder}/log\n${file?.text}`);
    const read = `from supervisor.options import ServerOptions; ServerOptions().realize(['-c', ${JSON.stringify(path)}])`;
    // The one that Debian's supervisor is installed for.
    await run('/usr/bin/python3', ['-c', read]);
    return undefined;
  },
  async systemd({ files, folder, run, write }) {
    const units: string[] = [];
    for (const { name, text } of files) units.push(await write(name, text));
    const said = await run('systemd-analyze', ['verify', '--man=no', ...units]);
    const lines = said.split('\n').filter((line) => line.includes(folder));
    return lines.length > 0 ? lines.join('\n') : undefined;
  },
};

/**
 * Lets the product itself look at its configuration. Nothing is served, and no file of the product is touched.
 *
 * @throws DeploymentError where the product complains, is not installed, or has no such test
 */
export async function checkFiles(product: Product, files: readonly ConfigFile[]): Promise<void> {
  const trial = trials[product];
  if (trial === undefined) throw impossibleCheck(`There is no test of configurations of ${product}.`);
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-config-'));
  const env = { ...process.env, PATH, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  try {
    const complaint = await trial({
      files,
      folder,
      run: async (program, args) => {
        const { stdout, stderr } = await execute(program, args, { env, cwd: folder });
        return stdout + stderr;
      },
      write: async (name, text) => {
        const path = join(folder, name);
        await writeFile(path, text);
        return path;
      },
    });
    if (complaint !== undefined) throw refusedConfiguration(`${product} complains:\n${complaint.trim()}`);
  } catch (error) {
    throw explain(product, error);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function explain(product: Product, error: unknown): unknown {
  if (error instanceof DeploymentError) return error;
  const {
    code,
    stderr = '',
    stdout = '',
  } = error as NodeJS.ErrnoException & { stderr?: string; stdout?: string };
  if (code === 'ENOENT' || stderr.includes("No module named 'supervisor'")) {
    return impossibleCheck(`${product} is not installed here, so it cannot check this.`);
  }
  const said = `${stdout}${stderr}`.trim();
  const hint = said.includes('unrecognized subdirective request_buffers')
    ? '\nCaddy before 2.6.4 does not know request_buffers, and does not need it: --request-buffers none leaves it out.'
    : '';
  return refusedConfiguration(`${product} does not take it:\n${said}${hint}`, error);
}
