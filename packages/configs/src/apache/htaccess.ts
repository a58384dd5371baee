import { ConfigError } from '../errors.ts';
import { basename, dirname } from '../paths.ts';
import { quoteApache, quoteRegex } from '../quote.ts';
import { IMMUTABLE, type Site } from '../site.ts';
import { file, indent, type Lines } from '../text.ts';
import type { ApacheModule } from './module.ts';

/** A `.htaccess` beside the program: everything below its folder is the program's, but for static files. */
export function htaccess(site: Site, module: ApacheModule): string {
  const { app, mount, statics } = site;
  if (app === undefined || app.environment.length > 0) {
    throw new ConfigError('app.environment', 'a .htaccess cannot set it');
  }
  const program = basename(app.program);
  if (!/^[\w.-]+$/.test(program)) {
    throw new ConfigError('app', 'a rewriting rule needs a file name of letters, digits and ._-');
  }
  return file(
    '# .htaccess in the folder of the program.',
    'Options +ExecCGI -Indexes -MultiViews',
    `<Files ${quoteApache('app', program)}>`,
    indent(`SetHandler ${module.handler}`),
    '</Files>',
    '# Else Apache keeps the Authorization header to itself.',
    'CGIPassAuth On',
    '# mod_fcgid allows 128 KB, unless the host has raised FcgidMaxRequestLen.',
    `LimitRequestBody ${site.maxBodySize ?? 0}`,
    '',
    'RewriteEngine On',
    `RewriteBase ${quoteApache('mount', `${mount}/`)}`,
    statics.map((files) => staticFiles(files, site, dirname(app.program))),
    '# B: what these three are in the path must not become a query, a fragment or a fault.',
    '# No RewriteCond for existing files: it would let every visitor read the sources of the application.',
    `RewriteRule "(?s)^(.*)$" "${program}/$1" "[END,B=?%#]"`,
  );
}

/** Files in the folder of the `.htaccess`, or below it. */
function staticFiles(
  { folder, immutable, prefix }: Site['statics'][number],
  { mount }: Site,
  home: string,
): Lines {
  const path = prefix.slice(mount.length + 1);
  if (!folder.startsWith(`${home}/`)) {
    throw new ConfigError('static.folder', `a .htaccess leads to files below its own folder only: ${home}`);
  }
  const place = folder.slice(home.length + 1);
  if (/[$%?#\\]/.test(place))
    throw new ConfigError('static.folder', 'a rewriting rule cannot lead to names with $%?#\\');
  const pattern = quoteRegex(`${path}/`);
  // What has been rewritten is asked for anew, by the name that it has now.
  const shown = `${mount}/${place}`;
  return [
    place === path
      ? `RewriteRule "^${pattern}" "-" [END]`
      : `RewriteRule "(?s)^${pattern}(.*)$" ${quoteApache('static.folder', `${place}/$1`)} "[END,B=?%#]"`,
    immutable && [
      '<IfModule mod_headers.c>',
      indent(
        `Header set Cache-Control "${IMMUTABLE}" "expr=%{REQUEST_URI} =~ m#^${quoteRegex(`${shown}/`)}#"`,
      ),
      '</IfModule>',
    ],
  ];
}
