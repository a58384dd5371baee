import { at, below, type Recipe, root } from './recipe.ts';

const include = '/etc/nginx/fastcgi_params';
const TO = 'fastcgi_pass unix:SOCKET;';
const script = { 'index.php': 'a script' };
const php = (more = '') => `location ~ \\.php$ { include ${include}; ${more} ${TO} }`;
const shop = below('/shop');
const lost = root.map(([path]) => [path, '', '/index.php'] as const);

/** Configurations for nginx, as published for PHP, Python and Perl. */
export const nginxRecipes: readonly Recipe[] = [
  { name: 'fastcgi_params', site: `location / { include ${include}; ${TO} }`, asks: root },
  {
    name: 'PATH_INFO $fastcgi_script_name',
    site: `location / { include ${include}; fastcgi_param PATH_INFO $fastcgi_script_name; ${TO} }`,
    asks: root,
  },
  {
    name: 'Flask: PATH_INFO and an empty SCRIPT_NAME',
    site: `location / { include ${include}; fastcgi_param PATH_INFO $fastcgi_script_name; fastcgi_param SCRIPT_NAME ""; ${TO} }`,
    asks: root,
  },
  {
    name: 'Flask: fastcgi_split_path_info',
    site: `location /shop { include ${include}; fastcgi_split_path_info ^(/shop)(.*)$; fastcgi_param PATH_INFO $fastcgi_path_info; fastcgi_param SCRIPT_NAME $fastcgi_script_name; ${TO} }`,
    asks: shop,
  },
  {
    name: 'SCRIPT_NAME alone',
    site: `location /shop { include ${include}; fastcgi_param SCRIPT_NAME /shop; ${TO} }`,
    asks: shop,
  },
  {
    name: 'a prefix and mount',
    site: `location /shop { include ${include}; ${TO} }`,
    mount: '/shop',
    asks: at('/shop'),
  },
  {
    name: 'rewrite … break, and mount',
    site: `location /shop/ { include ${include}; rewrite ^/shop(/.*)$ $1 break; ${TO} }`,
    mount: '/shop',
    asks: shop,
  },
  {
    name: 'WordPress: try_files',
    site: `root FOLDER; index index.php; location / { try_files $uri $uri/ /index.php?$args; } ${php()}`,
    files: script,
    asks: root,
  },
  {
    name: 'WordPress in a folder',
    site: `root FOLDER; index index.php; location /shop/ { try_files $uri $uri/ /shop/index.php?$args; } ${php()}`,
    files: { 'shop/index.php': 'a script' },
    asks: shop,
  },
  {
    name: 'Drupal: rewrite to index.php?q=',
    site: `root FOLDER; index index.php; location / { try_files $uri @rewrite; } location @rewrite { rewrite ^/(.*)$ /index.php?q=$1; } ${php()}`,
    files: script,
    asks: root.slice(1),
  },
  {
    name: 'rewrite to a script, with the whole path in PATH_INFO',
    site: `root FOLDER; rewrite ^ /index.php; ${php('fastcgi_param PATH_INFO $fastcgi_script_name;')}`,
    files: script,
    asks: root,
  },
  {
    name: 'a REQUEST_URI that was rewritten, which is said',
    site: `root FOLDER; index index.php; location / { try_files $uri /index.php; } location ~ \\.php$ { ${TO} fastcgi_param REQUEST_METHOD $request_method; fastcgi_param SCRIPT_NAME $fastcgi_script_name; fastcgi_param REQUEST_URI $uri; }`,
    files: script,
    asks: lost,
    says: /says that \/index\.php was asked for.*REQUEST_URI \$request_uri/,
  },
];
