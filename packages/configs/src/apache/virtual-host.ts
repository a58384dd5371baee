import { quoteApache, quoteApachePath } from '../quote.ts';
import { formatBind, IMMUTABLE, type Site } from '../site.ts';
import { file, indent, type Lines } from '../text.ts';
import type { ApacheModule } from './module.ts';
import { UPGRADE_MODULES, upgrades } from './upgrades.ts';

/** A virtual host with the application, through whatever module. */
export function virtualHost(site: Site, module: ApacheModule): string {
  const { authorizer, bind, maxBodySize, mount, serverNames, statics, timeouts } = site;
  const [serverName, ...aliases] = serverNames;
  const modules = [
    ...module.modules(site),
    ...(site.upgrades.length > 0 ? UPGRADE_MODULES : []),
    ...(statics.length > 0 ? ['alias'] : []),
    ...(statics.some(({ immutable }) => immutable) ? ['headers'] : []),
  ];
  return file(
    `# a2enmod ${[...new Set(modules)].sort().join(' ')}`,
    module.before?.(site),
    '',
    `<VirtualHost ${bind?.host === undefined ? `*:${bind?.port ?? 80}` : formatBind(bind)}>`,
    indent(
      serverName !== undefined && `ServerName ${serverName}`,
      aliases.length > 0 && `ServerAlias ${aliases.join(' ')}`,
      '# %2F and // are the business of the application.',
      'AllowEncodedSlashes NoDecode',
      'MergeSlashes Off',
      `LimitRequestBody ${maxBodySize ?? 0}`,
      '# Less than the 300 s after which the application gives up a body that stalls.',
      `Timeout ${timeouts.upload}`,
      '',
      statics.map((folder) => staticFiles(folder)),
      upgrades(site),
      module.application(site),
      '',
      `<Location ${quoteApachePath('mount', mount === '' ? '/' : mount)}>`,
      indent(
        module.handler !== undefined && `SetHandler ${module.handler}`,
        '# Else Apache keeps the Authorization header to itself.',
        'CGIPassAuth On',
        'Require all granted',
      ),
      '</Location>',
      statics.map(({ prefix }) => [
        `<Location ${quoteApachePath('static.prefix', `${prefix}/`)}>`,
        indent('SetHandler none'),
        '</Location>',
      ]),
      authorizer !== undefined && [
        `<Location ${quoteApachePath('authorizer', authorizer === '' ? '/' : authorizer)}>`,
        indent(module.authorizing(site)),
        '</Location>',
      ],
    ),
    '</VirtualHost>',
  );
}

/** Before the application, as the first of several that match counts. */
function staticFiles({ folder, immutable, prefix }: Site['statics'][number]): Lines {
  return [
    `Alias ${quoteApache('static.prefix', `${prefix}/`)} ${quoteApache('static.folder', `${folder}/`)}`,
    `<Directory ${quoteApachePath('static.folder', folder)}>`,
    indent(
      'Options None',
      'AllowOverride None',
      'Require all granted',
      immutable && `Header set Cache-Control "${IMMUTABLE}"`,
    ),
    '</Directory>',
    '',
  ];
}
