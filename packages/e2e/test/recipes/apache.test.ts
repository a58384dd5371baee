import { htaccessRecipes, siteRecipes } from '../../src/recipes/apache-fcgid.ts';
import { proxyRecipes } from '../../src/recipes/apache-proxy.ts';
import { followRecipes, type Site } from '../../src/recipes/follow-recipes.ts';
import { startBareApache } from '../../src/web-servers/bare-web-server.ts';

const MODULES = ['actions', 'alias', 'dir', 'env', 'mime', 'rewrite', 'setenvif'];

const start = (modules: readonly string[]) => (folder: string, sites: readonly Site[]) =>
  startBareApache({
    folder,
    modules: [...MODULES, ...modules],
    site: `TypesConfig /dev/null
${modules.includes('fcgid') ? 'FcgidMaxProcessesPerClass 1\nAddHandler fcgid-script .fcgi' : ''}
${sites.map(virtualHost).join('\n')}`,
  });

const virtualHost = ({ folder, host, text }: Site) => `<VirtualHost *:*>
ServerName ${host}
DocumentRoot ${folder}
<Directory ${folder}>
AllowOverride All
Options +ExecCGI +FollowSymLinks
Require all granted
</Directory>
${text}
</VirtualHost>`;

followRecipes({
  name: '.htaccess with mod_fcgid',
  programs: ['apache2', 'mod_fcgid'],
  recipes: htaccessRecipes,
  start: start(['fcgid']),
});

followRecipes({
  name: 'sites with mod_fcgid',
  programs: ['apache2', 'mod_fcgid'],
  recipes: siteRecipes,
  start: start(['fcgid']),
});

followRecipes({
  name: 'sites with mod_proxy_fcgi',
  programs: ['apache2'],
  recipes: proxyRecipes,
  start: start(['proxy', 'proxy_fcgi']),
});
