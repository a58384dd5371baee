import type { ProcessOptions } from './options.ts';
import { quoteShell } from './quote.ts';
import { readService, type Service, STOP_SECONDS } from './service.ts';
import { file, indent } from './text.ts';

/**
 * A SysV init script with an LSB header, for `/etc/init.d`, on systems with Debian's `start-stop-daemon`. With `listen`
 * spawn-fcgi opens the socket.
 *
 * @param options what is started, and on which socket
 * @throws ConfigError if an option is unknown, wrong, or beyond such a script
 */
export function initScript(options: ProcessOptions): string {
  const service = readService(options, {
    processes: 'the script watches one process; let fcgi run start several on one socket',
  });
  const { app, name } = service;
  const pidFile = `/run/${name}.pid`;
  const [program = '', ...words] = command(service);
  return file(
    '#!/bin/sh',
    '### BEGIN INIT INFO',
    `# Provides:          ${name}`,
    '# Required-Start:    $local_fs $remote_fs $network $syslog',
    '# Required-Stop:     $local_fs $remote_fs $network $syslog',
    '# Default-Start:     2 3 4 5',
    '# Default-Stop:      0 1 6',
    `# Short-Description: FastCGI application ${name}`,
    '### END INIT INFO',
    '',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    app.environment.map(([variable, value]) => [
      `${variable}=${quoteShell(`app.environment.${variable}`, value)}`,
      `export ${variable}`,
    ]),
    '# The number in the file may be that of another program by now: the user has to be right as well.',
    `RUNAS=${app.user ?? DEFAULT_USER}`,
    `PIDFILE=\${PIDFILE:-${pidFile}}`,
    `LOGFILE=\${LOGFILE:-/var/log/${name}.log}`,
    '',
    'start() {',
    indent(
      'start-stop-daemon --start --quiet --oknodo --background --make-pidfile --pidfile "$PIDFILE" --user "$RUNAS" \\',
      indent(
        `${account(service)}--output "$LOGFILE" \\`,
        `--startas ${program}${words.length === 0 ? '' : ` -- ${words.join(' ')}`}`,
      ),
    ),
    '}',
    '',
    '# The application ends its requests after SIGTERM, and has 30 s for them.',
    'stop() {',
    indent(
      `start-stop-daemon --stop --quiet --oknodo --remove-pidfile --retry TERM/${STOP_SECONDS}/KILL/5 --pidfile "$PIDFILE" --user "$RUNAS"`,
    ),
    '}',
    '',
    'status() {',
    indent('start-stop-daemon --status --pidfile "$PIDFILE" --user "$RUNAS"'),
    '}',
    '',
    'case "$1" in',
    indent(
      'start) start ;;',
      'stop) stop ;;',
      'restart | force-reload) stop && start ;;',
      'try-restart) status && stop && start ;;',
      'status)',
      indent(
        'status',
        'code=$?',
        `if [ $code -eq 0 ]; then echo "${name} is running"; else echo "${name} is not running"; fi`,
        'exit $code',
        ';;',
      ),
      '*)',
      indent('echo "Usage: $0 {start|stop|restart|try-restart|force-reload|status}" >&2', 'exit 2', ';;'),
    ),
    'esac',
  );
}

const DEFAULT_USER = 'www-data';

/** spawn-fcgi changes the user itself, once it has the socket. */
function account({ app, listen }: Service): string {
  const user = app.user ?? DEFAULT_USER;
  const chuid =
    listen === undefined ? `--chuid ${app.group === undefined ? user : `${user}:${app.group}`} ` : '';
  return app.folder === undefined ? chuid : `${chuid}--chdir ${quoteShell('app.folder', app.folder)} `;
}

/** -n: spawn-fcgi becomes the application, so that the process that is watched is the application. */
function command({ app, listen, socketGroup }: Service): string[] {
  const program = [app.program, ...app.arguments].map((word) => quoteShell('app', word));
  if (listen === undefined) return program;
  const socket =
    listen.kind === 'unix'
      ? ['-s', listen.path, '-M', '0660', '-G', socketGroup]
      : ['-a', listen.host, '-p', String(listen.port)];
  const user = ['-u', app.user ?? DEFAULT_USER, ...(app.group === undefined ? [] : ['-g', app.group])];
  return [
    '/usr/bin/spawn-fcgi',
    '-n',
    ...[...socket, ...user].map((word) => quoteShell('listen', word)),
    '--',
    ...program,
  ];
}
