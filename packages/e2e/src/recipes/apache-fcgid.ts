import { type Ask, at, below, PROGRAM, type Recipe, root } from './recipe.ts';

const noFile = 'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\n';
const noFolder = `${noFile}RewriteCond %{REQUEST_FILENAME} !-d\n`;

/** A `.htaccess` beside a program, at the root. */
const htaccess = (text: string, name = 'app.fcgi') => ({ '.htaccess': text, [name]: PROGRAM });
/** The same in the folder `/shop`. */
const inShop = (text: string) => ({ 'shop/.htaccess': text, 'shop/app.fcgi': PROGRAM });

const shop = below('/shop');
const handler = (path: string) => `<Location ${path}>\nSetHandler fcgid-script\n</Location>`;
const handlerOf = (file: string) => `<Files ${file}>\nSetHandler fcgid-script\n</Files>\n`;
/** URLs at the root that a browser may ask for as they are, where the first one is not the home page. */
const pages: readonly Ask[] = root.slice(1);

/** `.htaccess` files that hosts and frameworks publish. */
export const htaccessRecipes: readonly Recipe[] = [
  {
    name: 'Flask: app.fcgi/$1',
    files: htaccess(`${noFile}RewriteRule ^(.*)$ app.fcgi/$1 [QSA,L]`),
    asks: root,
  },
  {
    name: 'a rule without $1',
    files: htaccess(`DirectoryIndex app.fcgi\n${noFolder}RewriteRule ^ app.fcgi [L]`),
    asks: root,
  },
  {
    name: 'a rule without $1 and DirectoryIndex, but for the home page',
    files: htaccess(`${noFolder}RewriteRule ^(.*)$ app.fcgi [QSA,L]`),
    asks: pages,
  },
  {
    name: 'Rails: dispatch.fcgi',
    files: htaccess(
      `RewriteRule ^$ index.html [QSA]\nRewriteRule ^([^.]+)$ $1.html [QSA]\n${noFile}RewriteRule ^(.*)$ dispatch.fcgi [QSA,L]`,
      'dispatch.fcgi',
    ),
    asks: root,
  },
  {
    name: 'WordPress: RewriteBase, and every file but itself',
    files: htaccess(
      `RewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.fcgi$ - [L]\n${noFolder}RewriteRule . /index.fcgi [L]\nDirectoryIndex index.fcgi`,
      'index.fcgi',
    ),
    asks: [...root, ['/index.fcgi/a', '/index.fcgi', '/a']],
  },
  {
    name: 'Laravel: Authorization, trailing slashes, front controller',
    files: htaccess(
      'RewriteEngine On\nRewriteCond %{HTTP:Authorization} .\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n' +
        'RewriteCond %{REQUEST_FILENAME} !-d\nRewriteCond %{REQUEST_URI} (.+)/$\nRewriteRule ^ %1 [L,R=301]\n' +
        `${noFolder}RewriteRule ^ app.fcgi [L]\nDirectoryIndex app.fcgi`,
    ),
    asks: root.slice(0, 3),
  },
  {
    name: 'Drupal: ?q=$1',
    files: htaccess(`DirectoryIndex app.fcgi\n${noFolder}RewriteRule ^(.*)$ app.fcgi?q=$1 [L,QSA]`),
    asks: root.slice(0, 3),
  },
  { name: 'Flask in a folder', files: inShop(`${noFile}RewriteRule ^(.*)$ app.fcgi/$1 [QSA,L]`), asks: shop },
  {
    name: 'a rule without $1 in a folder, and URLs with the name of the program',
    files: inShop(`DirectoryIndex app.fcgi\n${noFolder}RewriteRule ^ app.fcgi [L]`),
    asks: [...shop, ['/shop/app.fcgi/x', '/shop/app.fcgi', '/x']],
  },
  {
    name: 'RewriteBase in a folder',
    files: inShop(`DirectoryIndex app.fcgi\n${noFolder}RewriteBase /shop/\nRewriteRule . /shop/app.fcgi [L]`),
    asks: shop,
  },
  {
    name: 'FallbackResource',
    files: htaccess('FallbackResource /app.fcgi\nDirectoryIndex app.fcgi'),
    asks: root,
  },
  {
    name: 'FallbackResource in a folder',
    files: inShop('FallbackResource /shop/app.fcgi\nDirectoryIndex app.fcgi'),
    asks: shop,
  },
  {
    name: 'ErrorDocument 404',
    files: htaccess('ErrorDocument 404 /app.fcgi\nDirectoryIndex app.fcgi'),
    asks: root,
  },
  {
    name: 'ErrorDocument 404 in a folder',
    files: inShop('ErrorDocument 404 /shop/app.fcgi\nDirectoryIndex app.fcgi'),
    asks: shop,
  },
  {
    name: 'ErrorDocument 404 and 403',
    files: htaccess('ErrorDocument 404 /app.fcgi\nErrorDocument 403 /app.fcgi'),
    asks: root,
  },
  {
    name: 'a program in a folder, for the root',
    files: { '.htaccess': `${noFile}RewriteRule ^(.*)$ cgi/app.fcgi/$1 [L]`, 'cgi/app.fcgi': PROGRAM },
    asks: root,
  },
  {
    name: 'a program in a folder, for the root, without $1',
    files: { '.htaccess': `${noFile}RewriteRule ^(.*)$ public/app.fcgi [QSA,L]`, 'public/app.fcgi': PROGRAM },
    asks: root,
  },
  {
    name: 'a folder public with a .htaccess of its own',
    files: {
      '.htaccess': 'RewriteEngine On\nRewriteRule ^(.*)$ public/$1 [L]',
      'public/.htaccess': `DirectoryIndex app.fcgi\n${noFolder}RewriteRule ^ app.fcgi [L]`,
      'public/app.fcgi': PROGRAM,
    },
    asks: root,
  },
  {
    name: 'a prefix that a rule takes off: the prefix is said to be unknown',
    files: {
      '.htaccess': `${noFile}RewriteRule ^shop/(.*)$ bin/app.fcgi/$1 [QSA,L]`,
      'bin/app.fcgi': PROGRAM,
    },
    asks: shop.map(([path, , url]) => [path, '', url]),
    says: /has taken \/shop off the path.*--mount \/shop/,
  },
  {
    name: 'a prefix that a rule takes off, and mount',
    files: {
      '.htaccess': `${noFile}RewriteRule ^shop/(.*)$ bin/app.fcgi/$1 [QSA,L]`,
      'bin/app.fcgi': PROGRAM,
    },
    mount: '/shop',
    asks: shop,
  },
  {
    name: 'a program without an extension, with $1',
    files: {
      '.htaccess': `${handlerOf('app')}DirectoryIndex app\n${noFolder}RewriteRule ^(.*)$ app/$1 [L]`,
      app: PROGRAM,
    },
    asks: root,
  },
  {
    name: 'a program without an extension',
    files: {
      '.htaccess': `${handlerOf('app')}DirectoryIndex app\n${noFolder}RewriteRule ^(.*)$ app [L]`,
      app: PROGRAM,
    },
    asks: root,
  },
];

const app = { 'app.fcgi': PROGRAM };

/** What stands in the site of a host, for programs that Apache starts. */
export const siteRecipes: readonly Recipe[] = [
  {
    name: 'Flask: ScriptAlias / with a slash',
    site: 'ScriptAlias / FOLDER/app.fcgi/',
    files: app,
    asks: root,
  },
  {
    name: 'ScriptAlias of a prefix',
    site: 'ScriptAlias /shop FOLDER/app.fcgi',
    files: app,
    asks: at('/shop'),
  },
  {
    name: 'ScriptAlias of a prefix, with slashes',
    site: 'ScriptAlias /shop/ FOLDER/app.fcgi/',
    files: app,
    asks: shop,
  },
  {
    name: 'MoinMoin: ScriptAlias, and a redirect',
    site: 'ScriptAlias /wiki "FOLDER/app.fcgi"\nRewriteEngine On\nRewriteRule ^/$ /wiki/ [R]',
    files: app,
    asks: at('/wiki'),
  },
  {
    name: 'cgi-bin',
    site: 'ScriptAlias /cgi-bin/ FOLDER/',
    files: app,
    asks: at('/cgi-bin/app.fcgi'),
  },
  {
    name: 'Catalyst: Alias and SetHandler',
    site: `Alias / FOLDER/app.fcgi/\n${handler('/')}`,
    files: app,
    asks: root,
  },
  {
    name: 'Catalyst: Alias of a prefix, and SetHandler',
    site: `Alias /shop FOLDER/script/app.pl\n${handler('/shop')}`,
    files: { 'script/app.pl': PROGRAM },
    asks: at('/shop'),
  },
  {
    name: 'ScriptAliasMatch with $1',
    site: 'ScriptAliasMatch ^/(.*) FOLDER/app.fcgi/$1',
    files: app,
    asks: root,
  },
  {
    name: 'Trac: ScriptAliasMatch of a prefix',
    site: 'ScriptAliasMatch ^/trac(/.*)?$ FOLDER/app.fcgi$1',
    files: app,
    asks: below('/trac'),
  },
  {
    name: 'Trac: ScriptAliasMatch, of which the prefix alone comes like a page',
    site: 'ScriptAliasMatch ^/trac(/.*)?$ FOLDER/app.fcgi$1',
    files: app,
    asks: [...below('/trac'), ['/trac', '', '/trac']],
    says: /prefix of what is below it, but not of \/trac itself.*--mount \/trac/,
  },
  {
    name: 'Trac: ScriptAliasMatch and mount',
    site: 'ScriptAliasMatch ^/trac(/.*)?$ FOLDER/app.fcgi$1',
    files: app,
    mount: '/trac',
    asks: at('/trac'),
  },
  {
    name: 'AliasMatch of all but static files',
    site: `AliasMatch ^/(?!static)(.*) FOLDER/app.fcgi/$1\n${handler('/')}`,
    files: app,
    asks: root,
  },
  {
    name: 'Dancer: a rule of the site to the file',
    site: 'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^/(.*)$ FOLDER/app.fcgi/$1 [QSA,L]',
    files: app,
    asks: root,
  },
  {
    name: 'Dancer: a rule of the site to the URL',
    site: 'RewriteEngine On\nRewriteRule ^(.*)$ /app.fcgi$1 [QSA,PT,L]',
    files: app,
    asks: root,
  },
  {
    name: 'Plack: a rule of the site in a folder',
    site: 'RewriteEngine On\nRewriteRule ^/query(.*)$ /query/dispatch.fcgi$1 [PT,L]',
    files: { 'query/dispatch.fcgi': PROGRAM },
    asks: at('/query'),
  },
  {
    name: 'Action',
    site: `Action node-app /cgi/app.fcgi virtual\n<Location />\nSetHandler node-app\n</Location>\n${handler('/cgi')}`,
    files: { 'cgi/app.fcgi': PROGRAM },
    asks: root,
  },
  {
    name: 'FcgidWrapper virtual, which takes the first name for the program',
    site: '<Location />\nSetHandler fcgid-script\nFcgidWrapper FOLDER/app.fcgi virtual\n</Location>',
    files: app,
    asks: [['/a/b', '/a', '/b']],
    says: /name \/a as the prefix.*at the root with --mount \//,
  },
  {
    name: 'FcgidWrapper virtual and mount',
    site: '<Location />\nSetHandler fcgid-script\nFcgidWrapper FOLDER/app.fcgi virtual\n</Location>',
    files: app,
    mount: '/',
    asks: root,
  },
];
