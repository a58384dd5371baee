import { basename } from 'node:path';
import type { WebServerName } from '../web-server-names.ts';
import { apache } from './configuration/apache.ts';
import { caddy } from './configuration/caddy.ts';
import { cherokee } from './configuration/cherokee.ts';
import type { Configuration, ConfigurationReader } from './configuration/configuration.ts';
import { h2o } from './configuration/h2o.ts';
import { haproxy } from './configuration/haproxy.ts';
import { lighttpd } from './configuration/lighttpd.ts';
import { nginx } from './configuration/nginx.ts';

const readers: Readonly<Record<WebServerName, ConfigurationReader>> = {
  apache,
  caddy,
  cherokee,
  h2o,
  haproxy,
  lighttpd,
  nginx,
};

/** Names of files, and the beginnings of their lines, by which one can tell whose configuration it is. */
const SIGNS: ReadonlyArray<readonly [WebServerName, RegExp, RegExp]> = [
  ['caddy', /^caddyfile$/i, /^(?:reverse_proxy|php_fastcgi)\s/],
  [
    'apache',
    /^(\.htaccess|httpd\.conf|apache2?\.conf)$/i,
    /^(<VirtualHost|<Directory|<Location|<Files|RewriteEngine|LoadModule)\b/i,
  ],
  ['lighttpd', /^lighttpd\.conf$/, /^(server\.modules|fastcgi\.server|server\.document-root)\b/],
  ['haproxy', /^haproxy\.cfg$/, /^(frontend|backend|fcgi-app)\s/],
  ['h2o', /^h2o\.conf$/, /fastcgi\.(connect|spawn):/],
  ['cherokee', /^cherokee\.conf$/, /^(source|vserver)!\d+!/],
  ['nginx', /^nginx\.conf$/, /^(fastcgi_pass|server|http|location)\b/],
];

/** Whose configuration a file is; undefined where one cannot tell. */
export function guessWebServer(file: string, text: string): WebServerName | undefined {
  const byName = SIGNS.find(([, name]) => name.test(basename(file)));
  const lines = text.split('\n').map((line) => line.trimStart());
  return (byName ?? SIGNS.find(([, , sign]) => lines.some((line) => sign.test(line))))?.[0];
}

/**
 * Reads the configuration of a web server, with the files that it includes.
 *
 * @throws DoctorError where it cannot be read
 */
export async function readConfiguration(product: WebServerName, file: string): Promise<Configuration> {
  return { product, ...(await readers[product](file)) };
}
