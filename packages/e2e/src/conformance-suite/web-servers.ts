import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemProgram } from '../../../tooling/src/system-packages.mjs';
import { findProgram } from '../../../tooling/src/system-packages.mjs';
import { webServerUser } from '../users.ts';

/** A web server that the checks of @fcgi-js/conformance examine. */
export interface ExaminedWebServer {
  readonly name: string;
  readonly program: SystemProgram;
  /** What its configuration is, with `@SOCKET@` for the socket of the application. */
  configuration(folder: string, port: number): string;
  /** How it runs in the foreground with the file. */
  command(file: string, folder: string): string;
  /** Checks that Debian's version fails, and why. */
  readonly expected: Readonly<Record<number, string>>;
}

/** Whom the workers run as, where this process is root; otherwise themselves. */
const user = () => webServerUser()?.name;

const nginx =
  (keepAlive: boolean): ExaminedWebServer['configuration'] =>
  (folder, port) =>
    `
${user() === undefined ? '' : `user ${user()};`}
daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log info;
events { worker_connections 512; }
http {
    access_log off;
    ${['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n    ')}
    upstream app { server unix:@SOCKET@; ${keepAlive ? 'keepalive 4;' : ''} }
    server {
        listen 127.0.0.1:${port}; server_name localhost;
        location / {
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_NAME ""; fastcgi_param PATH_INFO $fastcgi_script_name; fastcgi_param HTTP_PROXY "";
            ${keepAlive ? 'fastcgi_keep_conn on;' : ''}
            fastcgi_pass app;
        }
    }
}
`;

const cut = 'The client waits for the rest of a body that was cut.';
const stray = 'Takes records of any id for those of the request.';

/** The web servers, with the checks that the versions of Debian 12 fail. */
export const examinedWebServers: readonly ExaminedWebServer[] = [
  {
    name: 'nginx',
    program: 'nginx',
    configuration: nginx(false),
    command: (file, folder) => `${findProgram('nginx')} -e ${folder}/error.log -c ${file}`,
    expected: { 608: 'Ends a response that was cut as if it were whole.', 611: cut, 612: cut },
  },
  {
    name: 'nginx, kept connections',
    program: 'nginx',
    configuration: nginx(true),
    command: (file, folder) => `${findProgram('nginx')} -e ${folder}/error.log -c ${file}`,
    expected: { 612: cut },
  },
  {
    name: 'lighttpd',
    program: 'lighttpd',
    configuration: (folder, port) => `
server.port = ${port}
server.bind = "127.0.0.1"
server.document-root = "${folder}"
server.errorlog = "${folder}/error.log"
server.modules = ( "mod_fastcgi" )
fastcgi.server = ( "/" => (( "socket" => "@SOCKET@", "check-local" => "disable", "fix-root-scriptname" => "enable" )) )
`,
    command: (file) => `${findProgram('lighttpd')} -D -f ${file}`,
    expected: { 530: 'Passes names with an underscore.', 611: cut, 612: cut, 626: stray, 627: stray },
  },
  {
    name: 'Apache, mod_proxy_fcgi',
    program: 'apache2',
    configuration: (folder, port) => {
      const modules = ['mpm_event', 'authz_core', 'setenvif', 'proxy', 'proxy_fcgi'];
      const account = user() === undefined ? '' : `User ${user()}\nGroup ${webServerUser()?.group}`;
      return `
ServerRoot ${folder}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
ErrorLog ${folder}/error.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${account}
ProxyTimeout 5
ProxyPass "/" "unix:@SOCKET@|fcgi://localhost/"
SetEnvIf Request_URI . proxy-fcgi-pathinfo=unescape
`;
    },
    command: (file) => `${findProgram('apache2')} -D FOREGROUND -f ${file}`,
    expected: {
      565: 'Leaves the status of a redirect at 200.',
      ...Object.fromEntries(
        [602, 603, 604, 605, 606].map((id) => [id, 'Takes an answer without a head for an empty success.']),
      ),
      611: cut,
      612: 'Leaves Content-Length out, so that a body that is too short looks whole.',
    },
  },
  {
    name: 'Caddy',
    program: 'caddy',
    configuration: (folder, port) => `
{
	admin off
	auto_https off
	storage file_system ${folder}
}
http://127.0.0.1:${port} {
	bind 127.0.0.1
	reverse_proxy unix/@SOCKET@ {
		transport fastcgi
	}
}
`,
    command: (file) => `${findProgram('caddy')} run --config ${file} --adapter caddyfile`,
    expected: {
      529: 'Passes the field Proxy as HTTP_PROXY.',
      530: 'Passes names with an underscore.',
      565: 'Leaves the status of a redirect at 200.',
      608: 'Ends a response that was cut as if it were whole.',
      614: 'Passes two Content-Length fields on.',
      626: stray,
      627: stray,
    },
  },
];

/** Writes the configuration, and returns the command for the checks: `{socket}` in it is theirs. */
export function commandFor(server: ExaminedWebServer, folder: string, port: number): string {
  const pattern = join(folder, 'pattern');
  const file = join(folder, 'configuration');
  writeFileSync(pattern, server.configuration(folder, port));
  const start = join(folder, 'start.sh');
  writeFileSync(start, `sed "s#@SOCKET@#$1#" ${pattern} > ${file}\nexec ${server.command(file, folder)}\n`);
  return `sh ${start} {socket}`;
}
