import { at, below, PROGRAM, type Recipe, root } from './recipe.ts';

const server = (key: string, more = '') =>
  `fastcgi.server = ("${key}" => (("socket" => "SOCKET", "check-local" => "disable"${more})))\n`;
const FIX = ', "fix-root-scriptname" => "enable"';
const script = { 'index.php': 'a script' };
const shop = below('/shop');

/** Configurations for lighttpd, as published for PHP, Python and Ruby. */
export const lighttpdRecipes: readonly Recipe[] = [
  {
    name: 'the root without fix-root-scriptname, where the first name is taken for the prefix',
    site: server('/'),
    asks: [['/a/b', '/a', '/b']],
    says: /name \/a as the prefix.*at the root with --mount \//,
  },
  { name: 'the root without fix-root-scriptname, and mount', site: server('/'), mount: '/', asks: root },
  { name: 'the root with fix-root-scriptname', site: server('/', FIX), asks: root },
  {
    name: 'a prefix: the log asks for mount',
    site: server('/shop'),
    asks: shop,
    says: /name \/shop as the prefix.*--mount \/shop/,
  },
  { name: 'a prefix and mount', site: server('/shop'), mount: '/shop', asks: at('/shop') },
  {
    name: 'a prefix with a slash, which counts the next name as well',
    site: server('/shop/'),
    asks: [['/shop/a/b', '/shop/a', '/b']],
    says: /--mount/,
  },
  { name: 'a prefix with a slash, and mount', site: server('/shop/'), mount: '/shop', asks: shop },
  {
    name: 'Flask: a rewrite to the program',
    site: `${server('/app.fcgi')}alias.url = ("/static/" => "/srv/")\nurl.rewrite-once = ("^(/static($|/.*))$" => "$1", "^(/.*)$" => "/app.fcgi$1")`,
    asks: root,
  },
  {
    name: 'Django: a rewrite to the program, but for media',
    site: `${server('/mysite.fcgi')}url.rewrite-once = ("^(/media.*)$" => "$1", "^/favicon\\.ico$" => "/x", "^(/.*)$" => "/mysite.fcgi$1")`,
    asks: root,
  },
  {
    name: 'a rewrite to the program by its extension',
    site: `${server('.fcgi')}url.rewrite-once = ("^(/.*)$" => "/app.fcgi$1")`,
    files: { 'app.fcgi': 'a script' },
    asks: root,
  },
  {
    name: 'a rewrite to the program, without $1',
    site: `${server('.fcgi')}url.rewrite-once = ("^/(.*)$" => "/app.fcgi")`,
    files: { 'app.fcgi': 'a script' },
    asks: root,
  },
  {
    name: 'Drupal: rewrite-if-not-file with q=$1',
    site: `${server('.php')}index-file.names = ("index.php")\nurl.rewrite-if-not-file = ("^/([^?]*)(?:\\?(.*))?" => "/index.php?q=$1&$2")`,
    files: script,
    asks: root,
  },
  {
    name: 'Laravel: rewrite-if-not-file with $1',
    site: `${server('.php')}index-file.names = ("index.php")\nurl.rewrite-if-not-file = ("^/(.*)$" => "/index.php/$1")`,
    files: script,
    asks: root,
  },
  {
    name: 'WordPress in a folder',
    site: `${server('.php')}index-file.names = ("index.php")\nurl.rewrite-if-not-file = ("^/shop/.*" => "/shop/index.php")`,
    files: { 'shop/index.php': 'a script' },
    asks: shop,
  },
  {
    name: 'Rails: error-handler-404',
    site: `${server('.fcgi')}index-file.names = ("dispatch.fcgi")\nserver.error-handler-404 = "/dispatch.fcgi"`,
    files: { 'dispatch.fcgi': 'a script' },
    asks: root,
  },
  {
    name: 'error-handler-404 in a folder',
    site: `${server('.php')}index-file.names = ("index.php")\nserver.error-handler-404 = "/shop/index.php"`,
    files: { 'shop/index.php': 'a script' },
    asks: shop,
  },
  {
    name: 'a rewrite that takes the prefix off: the prefix is said to be unknown',
    site: `${server('/mysite.fcgi')}url.rewrite-once = ("^/shop(/.*)$" => "/mysite.fcgi$1")`,
    asks: shop.map(([path, , url]) => [path, '', url]),
    says: /has taken \/shop off the path.*--mount \/shop/,
  },
  {
    name: 'a rewrite that takes the prefix off, and mount',
    site: `${server('/mysite.fcgi')}url.rewrite-once = ("^/shop(/.*)?$" => "/mysite.fcgi$1")`,
    mount: '/shop',
    asks: at('/shop'),
  },
  {
    name: 'a rewrite to the root, and mount',
    site: `${server('/', FIX)}url.rewrite-once = ("^/shop(/.*)$" => "$1")`,
    mount: '/shop',
    asks: shop,
  },
  {
    name: 'bin-path, by its extension',
    site: 'fastcgi.server = (".fcgi" => (("socket" => "SOCKET.own", "bin-path" => "FOLDER/app.fcgi", "max-procs" => 1)))\nindex-file.names = ("app.fcgi")\nserver.error-handler-404 = "/app.fcgi"',
    files: { 'app.fcgi': PROGRAM },
    asks: root,
  },
];
