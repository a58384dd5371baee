import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webServerUser } from '../users.ts';
import { APACHE_MODULES } from './apache.ts';
import { launchWebServer } from './launch.ts';
import { configureNginx } from './nginx.ts';
import type { WebServer } from './web-server.ts';

/** A web server with a site that `@fcgi-js/configs` does not write. */
export interface BareSite {
  /** It has been got wrong: it answers something, and nothing more is promised. Default true. */
  readonly broken?: boolean;
  /** The environment of the web server, default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Its scratch folder. */
  readonly folder: string;
  /** What is special about the site. */
  readonly site: string;
}

/** The name of the configuration in the scratch folder. */
export const CONFIG = 'web-server.conf';

/**
 * Starts Apache; the scratch folder is its document root.
 *
 * @param modules beside mpm_event and authz_core
 */
export function startBareApache({
  broken = true,
  env,
  folder,
  modules,
  site,
}: BareSite & { readonly modules: readonly string[] }): Promise<WebServer> {
  const user = webServerUser();
  return launchWebServer({ broken, folder }, async (port) => {
    // Not mpm_prefork: at its end it kills its whole process group, which is that of the tests.
    const loaded = ['mpm_event', 'authz_core', ...modules];
    await writeFile(
      join(folder, CONFIG),
      `
${loaded.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
Mutex file:${folder}
ErrorLog ${folder}/apache-error.log
ServerName localhost
Listen 127.0.0.1:${port}
DocumentRoot ${folder}
${user === undefined ? '' : `User ${user.name}\nGroup ${user.group}`}
${modules.includes('fcgid') ? `FcgidIPCDir ${folder}\nFcgidProcessTableFile ${folder}/fcgid-processes` : ''}
${site}
`,
    );
    return {
      command: 'apache2',
      args: ['-D', 'FOREGROUND', '-f', join(folder, CONFIG)],
      errorLog: 'apache-error.log',
      ...(env === undefined ? {} : { env }),
    };
  });
}

/** Starts nginx; `site` is what stands in its server block. */
export function startBareNginx({ folder, site }: Pick<BareSite, 'folder' | 'site'>): Promise<WebServer> {
  return launchWebServer({ broken: true, folder }, (port) =>
    configureNginx(folder, `server {\n    listen 127.0.0.1:${port};\n    ${site}\n}\n`),
  );
}

/** Starts lighttpd; the scratch folder is its document root. */
export function startBareLighttpd({ broken = true, env, folder, site }: BareSite): Promise<WebServer> {
  const user = webServerUser();
  return launchWebServer({ broken, folder }, async (port) => {
    await writeFile(
      join(folder, CONFIG),
      `
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}"
server.errorlog = "${folder}/lighttpd-error.log"
${user === undefined ? '' : `server.username = "${user.name}"\nserver.groupname = "${user.group}"`}
${site}
`,
    );
    return {
      command: 'lighttpd',
      args: ['-D', '-f', join(folder, CONFIG)],
      errorLog: 'lighttpd-error.log',
      ...(env === undefined ? {} : { env }),
    };
  });
}
