import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from './child.ts';
import { type OtherApplication, startPhpFpm } from './other-applications.ts';
import { until } from './poll.ts';
import { webServerUser } from './users.ts';

const run = promisify(execFile);

/** Its packages in Debian 12, with those of its database. */
export const WORDPRESS_PACKAGES = [
  'wordpress',
  'mariadb-server-core',
  'php8.2-mysql',
  'libaio1',
  'liburing2',
];

/** Themes of Debian are packages of their own. */
const THEME = {
  'style.css': '/*\nTheme Name: Tiny\n*/\n',
  'index.php': `<?php
echo '<title>', esc_html(wp_get_document_title()), "</title>\\n";
echo is_404() ? 'nothing' : (is_singular() ? 'singular' : 'list'), "\\n";
while (have_posts()) { the_post(); echo get_permalink(), ' ', get_the_title(), "\\n"; }
`,
};

/** WordPress, served by php-fpm, with a database of its own, and not installed yet: its first page asks for a name. */
export interface WordPress {
  readonly application: OtherApplication;
  /** Its folder, which is the document root. */
  readonly root: string;
  stop(): Promise<void>;
}

/** @param folder from `unpackPackages(WORDPRESS_PACKAGES)` */
export async function startWordPress(folder: string): Promise<WordPress> {
  const database = await startDatabase(folder);
  const extensions = join(folder, 'usr/lib/php/20220829');
  const application = await startPhpFpm([
    `extension=${extensions}/mysqlnd.so`,
    `extension=${extensions}/mysqli.so`,
  ]);
  const root = join(folder, 'usr/share/wordpress');
  const theme = join(root, 'wp-content/themes/tiny');
  await mkdir(theme);
  for (const [name, text] of Object.entries(THEME)) await writeFile(join(theme, name), text);
  await mkdir(join(root, 'wp-content/uploads'));
  await chmod(join(root, 'wp-content/uploads'), 0o777);
  await writeFile(join(root, 'wp-config.php'), configuration(database.socket));
  return {
    application,
    root,
    stop: async () => {
      await application.stop();
      await database.child.stop();
    },
  };
}

async function startDatabase(folder: string): Promise<{ child: Child; socket: string }> {
  const data = join(folder, 'database');
  const socket = join(folder, 'database.sock');
  await mkdir(data);
  const user = webServerUser();
  if (user !== undefined) await run('chown', ['-R', 'www-data', data, folder]);
  const program = join(folder, 'usr/sbin/mariadbd');
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((name) => join(folder, name));
  const options = { env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } };
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${join(folder, 'usr/share/mysql')}`,
    '--innodb-buffer-pool-size=16M',
    '--innodb-log-file-size=4M',
    ...(user === undefined ? [] : ['--user=www-data']),
  ];
  const statements = join(folder, 'database.sql');
  await writeFile(statements, 'create database wordpress;\n');
  await run('sh', ['-c', 'exec "$@" < "$0"', statements, program, ...args, '--bootstrap'], options);
  const child = new Child(
    program,
    [...args, '--skip-networking', '--skip-grant-tables', `--socket=${socket}`],
    options,
  );
  const ended = new AbortController();
  void child.exited.then((how) => ended.abort(new Error(`${how}\n${child.output}`)));
  await until(async () => (await accepts(socket)) || undefined, { what: 'MariaDB', signal: ended.signal });
  return { child, socket };
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function configuration(socket: string): string {
  return `<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'wordpress');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:${socket}');
define('DB_CHARSET', 'utf8mb4');
define('WP_DEFAULT_THEME', 'tiny');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b'); define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
define('AUTH_SALT', 'e'); define('SECURE_AUTH_SALT', 'f'); define('LOGGED_IN_SALT', 'g'); define('NONCE_SALT', 'h');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`;
}
