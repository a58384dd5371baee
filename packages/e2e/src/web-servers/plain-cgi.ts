import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { webServerUser } from '../users.ts';
import { APACHE_MODULES } from './apache.ts';
import { launchWebServer } from './launch.ts';
import type { WebServer } from './web-server.ts';

/** A web server that starts a program for every request, and talks to it without FastCGI (RFC 3875). */
export interface PlainCgiOptions {
  /** Its scratch folder. */
  readonly folder: string;
  /** The program, which is all there is: every path is its PATH_INFO. */
  readonly program: string;
}

/** Programs that are started find node where this process has it. */
const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;

/**
 * Starts Apache with mod_cgi.
 *
 * @param options what it starts
 */
export function startApacheCgi({ folder, program }: PlainCgiOptions): Promise<WebServer> {
  const user = webServerUser();
  return launchWebServer({ folder }, async (port) => {
    const config = join(folder, 'apache.conf');
    // Not mpm_prefork: at its end it kills its whole process group, which is that of the tests.
    const modules = ['mpm_event', 'authz_core', 'alias', 'cgi'];
    await writeFile(
      config,
      `
${modules.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
Mutex file:${folder}
ErrorLog ${folder}/apache-error.log
ServerName localhost
Listen 127.0.0.1:${port}
DocumentRoot ${folder}
${user === undefined ? '' : `User ${user.name}\nGroup ${user.group}`}
ScriptAlias / ${program}/
`,
    );
    return {
      command: 'apache2',
      args: ['-D', 'FOREGROUND', '-f', config],
      errorLog: 'apache-error.log',
      env: { PATH },
    };
  });
}

/**
 * Starts lighttpd with mod_cgi.
 *
 * @param options what it starts
 */
export function startLighttpdCgi({ folder, program }: PlainCgiOptions): Promise<WebServer> {
  const user = webServerUser();
  return launchWebServer({ folder }, async (port) => {
    const config = join(folder, 'lighttpd.conf');
    await writeFile(
      config,
      `
server.modules = ("mod_alias", "mod_cgi")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${folder}"
server.upload-dirs = ("${folder}")
server.pid-file = "${folder}/lighttpd.pid"
server.errorlog = "${folder}/lighttpd-error.log"
server.breakagelog = "${folder}/lighttpd-error.log"
${user === undefined ? '' : `server.username = "${user.name}"\nserver.groupname = "${user.group}"`}
alias.url = ("" => "${program}")
cgi.assign = ("" => "")
`,
    );
    return {
      command: 'lighttpd',
      args: ['-D', '-f', config],
      errorLog: 'lighttpd-error.log',
      env: { PATH },
    };
  });
}
