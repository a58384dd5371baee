import { type Ask, at, below, type Recipe, root } from './recipe.ts';

const TO = 'unix:SOCKET|fcgi://localhost';
/** Behind a pattern with $1 Apache does not find the socket for URLs of no or one character, and connects to port 8000. */
const TCP = 'fcgi://127.0.0.1:PORT';
const noFolder =
  'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\n';
const php = `<FilesMatch "\\.php$">\nSetHandler "proxy:${TO}/"\n</FilesMatch>`;
const controller = (text: string) => ({
  '.htaccess': `DirectoryIndex index.php\n${text}`,
  'index.php': 'a script',
});
const inShop = (text: string) => ({
  'shop/.htaccess': `DirectoryIndex index.php\n${text}`,
  'shop/index.php': 'a script',
});
const scripts: readonly Ask[] = [...root, ['/index.php', '', '/index.php'], ['/x.php/y', '', '/x.php/y']];
const shop = below('/shop');
/** What an application below a prefix sees that it does not know. */
const unknown = (asks: readonly Ask[]): readonly Ask[] => asks.map(([path]) => [path, '', path]);

/** Configurations for applications that listen, as published for php-fpm and others. */
export const proxyRecipes: readonly Recipe[] = [
  { name: 'ProxyPass', site: `ProxyPass / ${TO}/`, asks: scripts },
  { name: 'ProxyPass to a document root', site: `ProxyPass / ${TO}/var/www/html/`, asks: scripts },
  { name: 'ProxyPass of a prefix', site: `ProxyPass /shop ${TO}`, asks: at('/shop') },
  { name: 'ProxyPass of a prefix with slashes', site: `ProxyPass /shop/ ${TO}/`, asks: shop },
  {
    name: 'ProxyPass of a prefix to the same path, which only mount tells',
    site: `ProxyPass /shop ${TO}/shop`,
    asks: unknown(at('/shop')),
  },
  {
    name: 'ProxyPass of a prefix to the same path, and mount',
    site: `ProxyPass /shop ${TO}/shop`,
    mount: '/shop',
    asks: at('/shop'),
  },
  {
    name: 'ProxyPass of a prefix to a path, of which the prefix alone comes like a page',
    site: `ProxyPass /shop ${TO}/srv/app`,
    asks: [...shop.slice(1), ['/shop', '', '/shop']],
    says: /not of \/shop itself.*--mount \/shop/,
  },
  { name: 'ProxyPass but for static files', site: `ProxyPass /static !\nProxyPass / ${TO}/`, asks: scripts },
  { name: 'ProxyPassMatch with $1', site: `ProxyPassMatch ^/(.*)$ ${TCP}/$1`, asks: scripts },
  {
    name: 'ProxyPassMatch with $1 to a Unix socket, which is not found for short URLs',
    site: `ProxyPassMatch ^/(.*)$ ${TO}/$1`,
    asks: scripts.filter(([path]) => path.split('?')[0]!.length > 2),
  },
  {
    name: 'ProxyPassMatch with $1 to a Unix socket, after one for the home page',
    site: `ProxyPassMatch ^/$ ${TO}/\nProxyPassMatch ^/(.*)$ ${TO}/$1`,
    asks: scripts,
  },
  {
    name: 'ProxyPassMatch to a program, with $1',
    site: `ProxyPassMatch ^/(.*)$ ${TCP}/app.fcgi/$1`,
    asks: scripts,
  },
  {
    name: 'ProxyPassMatch to a program, without $1',
    site: `ProxyPassMatch ^/ ${TO}/app.fcgi`,
    asks: scripts,
  },
  {
    name: 'php-fpm: ProxyPassMatch of scripts',
    site: `ProxyPassMatch ^/(.*\\.php(/.*)?)$ ${TCP}/var/www/html/$1`,
    asks: scripts.slice(-1),
  },
  { name: 'ProxyPassMatch of a prefix', site: `ProxyPassMatch ^/shop(/.*)?$ ${TCP}$1`, asks: at('/shop') },
  {
    name: 'ProxyPassMatch of a prefix, without $1, and mount',
    site: `ProxyPassMatch ^/shop(/.*)?$ ${TO}/srv/app.fcgi`,
    mount: '/shop',
    asks: at('/shop'),
  },
  { name: 'RewriteRule [P]', site: `RewriteEngine On\nRewriteRule ^/(.*)$ ${TO}/$1 [P]`, asks: scripts },
  {
    name: 'RewriteRule [P] to a program, with $1',
    site: `RewriteEngine On\nRewriteRule ^/(.*)$ ${TO}/srv/app.fcgi/$1 [P]`,
    asks: scripts,
  },
  {
    name: 'RewriteRule [P] to a program, without $1',
    site: `RewriteEngine On\nRewriteRule ^ ${TO}/srv/app.fcgi [P]`,
    asks: scripts,
  },
  {
    name: 'RewriteRule [P] of a prefix',
    site: `RewriteEngine On\nRewriteRule ^/shop/(.*)$ ${TO}/$1 [P]`,
    asks: shop,
  },
  {
    name: 'RewriteRule [P] without a path: every URL is a home page, which is said',
    site: `RewriteEngine On\nRewriteRule ^ ${TO}/ [P]`,
    asks: [
      ['/a/b', '/a/b', '/'],
      ['/c', '/c', '/'],
    ],
    says: /name \/a\/b as the prefix at one URL, and \/c at another.*--mount \//,
  },
  {
    name: 'SetHandler for a location, which takes the first name for the prefix',
    site: `<Location />\nSetHandler "proxy:${TO}/"\n</Location>`,
    asks: [['/a/b', '/a', '/b']],
    says: /name \/a as the prefix.*at the root with --mount \//,
  },
  {
    name: 'SetHandler for a location, and mount',
    site: `<Location />\nSetHandler "proxy:${TO}/"\n</Location>`,
    mount: '/',
    asks: scripts,
  },
  {
    name: 'SetHandler below a prefix, and mount',
    site: `<Location /shop>\nSetHandler "proxy:${TO}/"\n</Location>`,
    mount: '/shop',
    asks: at('/shop'),
  },
  {
    name: 'SetHandler for scripts, and FallbackResource',
    site: php,
    files: controller('FallbackResource /index.php'),
    asks: root,
  },
  {
    name: 'SetHandler for scripts, and a rule',
    site: php,
    files: controller(`${noFolder}RewriteRule ^ index.php [L]`),
    asks: root,
  },
  {
    name: 'SetHandler for scripts, and a rule with $1',
    site: php,
    files: controller(`${noFolder}RewriteRule ^(.*)$ index.php/$1 [L]`),
    asks: root,
  },
  {
    name: 'SetHandler for scripts, and a rule in a folder',
    site: php,
    files: inShop(`${noFolder}RewriteRule ^ index.php [L]`),
    asks: shop,
  },
  {
    name: 'SetHandler for scripts, and a rule with $1 in a folder',
    site: php,
    files: inShop(`${noFolder}RewriteRule ^(.*)$ index.php/$1 [L]`),
    asks: shop,
  },
  {
    name: 'SetHandler for scripts, and ErrorDocument 404',
    site: php,
    files: controller('ErrorDocument 404 /index.php'),
    asks: root,
  },
  {
    name: 'ProxyFCGIBackendType GENERIC',
    site: `ProxyFCGIBackendType GENERIC\nProxyPass / ${TO}/`,
    asks: scripts,
  },
  {
    name: 'ProxyFCGIBackendType GENERIC below a prefix',
    site: `<Location /shop>\nProxyFCGIBackendType GENERIC\nProxyPass ${TO}\n</Location>`,
    asks: at('/shop'),
  },
  {
    name: 'ProxyFCGISetEnvIf SCRIPT_FILENAME',
    site: `ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "/srv/app.js"\nProxyPass / ${TO}/`,
    asks: scripts,
  },
  {
    name: 'ProxyFCGISetEnvIf SCRIPT_NAME below a prefix',
    site: `<Location /shop>\nProxyFCGISetEnvIf "true" SCRIPT_NAME "/shop"\nProxyPass ${TO}\n</Location>`,
    asks: at('/shop'),
  },
  { name: 'proxy-fcgi-pathinfo', site: `SetEnv proxy-fcgi-pathinfo 1\nProxyPass / ${TO}/`, asks: scripts },
  {
    name: 'proxy-fcgi-pathinfo first-dot below a prefix',
    site: `SetEnv proxy-fcgi-pathinfo first-dot\nProxyPass /shop ${TO}/srv/app.fcgi`,
    asks: shop.slice(1),
  },
  {
    name: 'Action for scripts of PHP',
    site: `ScriptAlias /php-fpm FOLDER/app.fcgi\nAction php /php-fpm\n<FilesMatch "\\.php$">\nSetHandler php\n</FilesMatch>\n<Location /php-fpm>\nSetHandler "proxy:${TO}/"\n</Location>`,
    files: { 'app.fcgi': 'a script', 'index.php': 'a script' },
    asks: [['/index.php/a', '', '/index.php/a']],
  },
];
