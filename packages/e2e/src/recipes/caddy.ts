import { at, below, type Recipe, root } from './recipe.ts';

const TO = 'unix/SOCKET';
const proxy = (transport: string) => `reverse_proxy ${TO} {\ntransport fastcgi${transport}\n}`;
const split = (extension: string) => proxy(` {\nsplit ${extension}\n}`);
const script = { 'index.php': 'a script' };
const shop = below('/shop');
/** The path is lost, so that every URL comes out as the script. */
const lost = root.map(([path]) => [path, '', `/index.php${path.endsWith('?x=1') ? '?x=1' : ''}`] as const);

/** Configurations for Caddy, as published for php-fpm and others. */
export const caddyRecipes: readonly Recipe[] = [
  { name: 'transport fastcgi', site: proxy(''), asks: root },
  { name: 'transport fastcgi with split .php', site: split('.php'), asks: root },
  {
    name: 'transport fastcgi with root and split',
    site: proxy(' {\nsplit .fcgi\nroot /srv\n}'),
    asks: root,
  },
  { name: 'php_fastcgi', site: `php_fastcgi ${TO}`, files: script, asks: root },
  {
    name: 'php_fastcgi with another index',
    site: `php_fastcgi ${TO} {\nsplit .fcgi\nindex app.fcgi\ntry_files {path} {path}/app.fcgi app.fcgi\n}`,
    files: { 'app.fcgi': 'a script' },
    asks: root,
  },
  {
    name: 'php_fastcgi in a folder',
    site: `php_fastcgi /shop/* ${TO}`,
    files: { 'shop/index.php': 'a script' },
    asks: shop.slice(0, 1),
  },
  {
    name: 'php_fastcgi behind handle_path, and mount',
    site: `handle_path /shop/* {\nphp_fastcgi ${TO}\n}`,
    files: script,
    mount: '/shop',
    asks: shop,
  },
  {
    name: 'handle_path, which takes the prefix off: it is said to be unknown',
    site: `handle_path /shop/* {\n${proxy('')}\n}`,
    asks: shop.map(([path, , url]) => [path, '', url]),
    says: /has taken \/shop off the path.*--mount \/shop/,
  },
  {
    name: 'handle_path and mount',
    site: `handle_path /shop* {\n${proxy('')}\n}`,
    mount: '/shop',
    asks: at('/shop'),
  },
  {
    name: 'handle_path and SCRIPT_NAME',
    site: `handle_path /shop* {\n${proxy(' {\nenv SCRIPT_NAME /shop\n}')}\n}`,
    asks: at('/shop'),
  },
  { name: 'handle and mount', site: `handle /shop* {\n${proxy('')}\n}`, mount: '/shop', asks: at('/shop') },
  {
    name: 'handle and SCRIPT_NAME',
    site: `handle /shop* {\n${proxy(' {\nenv SCRIPT_NAME /shop\n}')}\n}`,
    asks: shop,
  },
  {
    name: 'uri strip_prefix and mount',
    site: `uri strip_prefix /shop\n${proxy('')}`,
    mount: '/shop',
    asks: shop,
  },
  { name: 'rewrite to a script with {uri}', site: `rewrite * /app.fcgi{uri}\n${split('.fcgi')}`, asks: root },
  { name: 'rewrite to a script', site: `rewrite * /index.php\n${split('.php')}`, asks: root },
  { name: 'rewrite to a script, without split', site: `rewrite * /index.php\n${proxy('')}`, asks: root },
  {
    name: 'try_files',
    site: `try_files {path} /index.php?{query}\n${split('.php')}`,
    files: script,
    asks: root,
  },
  {
    name: 'php_fastcgi with the whole path in PATH_INFO',
    site: `php_fastcgi ${TO} {\nenv PATH_INFO {path}\n}`,
    files: script,
    asks: root,
  },
  {
    name: 'php_fastcgi with a REQUEST_URI that was rewritten, which is said',
    site: `php_fastcgi ${TO} {\nenv REQUEST_URI {uri}\n}`,
    files: script,
    asks: lost,
    says: /says that \/index\.php was asked for.*without "env REQUEST_URI"/,
  },
];
