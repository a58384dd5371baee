import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { webServerUser } from '../users.ts';
import { APACHE_MODULES } from './apache.ts';
import { launchWebServer } from './launch.ts';
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
  const user = webServerUser();
  return launchWebServer({ broken: true, folder }, async (port) => {
    const temporary = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
    await writeFile(
      join(folder, CONFIG),
      `
${user === undefined ? '' : `user ${user.name} ${user.group};`}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log info;
events { worker_connections 64; }
http {
    access_log off;
    ${temporary.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join('\n    ')}
    server {
        listen 127.0.0.1:${port};
        ${site}
    }
}
`,
    );
    const errorLog = 'nginx-error.log';
    return { command: 'nginx', args: ['-e', join(folder, errorLog), '-c', join(folder, CONFIG)], errorLog };
  });
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
