import { hostPort } from './address.ts';
import type { Application } from './application.ts';
import type { ProcessOptions } from './options.ts';
import { quoteSystemd, quoteSystemdPath, quoteSystemdVariable } from './quote.ts';
import { readService, type Service, STOP_SECONDS } from './service.ts';
import { file, type Lines } from './text.ts';

/** Units of systemd: what is written into `/etc/systemd/system/NAME.service` and `NAME.socket`. */
export interface SystemdUnits {
  readonly service: string;
  /** Undefined without `listen`. */
  readonly socket: string | undefined;
}

/**
 * A service for systemd, and with `listen` the socket for it, which stays open while the service restarts: no
 * connection is refused then. The application gets it as descriptor 0, and as the first of those in `LISTEN_FDS`.
 * Where the command is `fcgi run`, the service is of the type `notify`, is reloaded by SIGHUP, and has a watchdog of 30 s.
 *
 * @param options what is started, and on which socket
 * @throws ConfigError if an option is unknown, wrong, or beyond systemd
 */
export function systemdUnits(options: ProcessOptions): SystemdUnits {
  const service = readService(options, {
    processes: 'a service of systemd is one process; let fcgi run start several on one socket',
  });
  return {
    service: serviceUnit(service),
    socket: service.listen === undefined ? undefined : socketUnit(service),
  };
}

/** Whether a command is `fcgi run`, started as itself, through `env`, or as an argument of node. */
function isRunner({ arguments: words, program }: Application): boolean {
  const command = [program, ...words];
  const index = command.findIndex((word) => /(?:^|\/)fcgi(?:\.js)?$/.test(word));
  return index >= 0 && index < 3 && command[index + 1] === 'run';
}

function serviceUnit({ app, listen, name }: Service): string {
  const command = [app.program, ...app.arguments].map((word) => quoteSystemd('app', word)).join(' ');
  return file(
    '[Unit]',
    `Description=FastCGI application ${name}`,
    listen === undefined
      ? 'After=network.target'
      : [`Requires=${name}.socket`, `After=network.target ${name}.socket`],
    '',
    '[Service]',
    isRunner(app) && [
      '# fcgi run says when it is ready, and that it lives; SIGHUP makes it load the application anew.',
      'Type=notify',
      'NotifyAccess=all',
      'WatchdogSec=30',
    ],
    `ExecStart=${command}`,
    isRunner(app) && 'ExecReload=/bin/kill -HUP $MAINPID',
    app.folder !== undefined && `WorkingDirectory=${quoteSystemdPath('app.folder', app.folder)}`,
    app.user === undefined ? 'DynamicUser=yes' : `User=${app.user}`,
    app.group !== undefined && `Group=${app.group}`,
    app.environment.map(
      ([variable, value]) =>
        `Environment=${quoteSystemdVariable(`app.environment.${variable}`, `${variable}=${value}`)}`,
    ),
    listen !== undefined && [
      '# The socket is descriptor 0, and so it must not be 1 and 2.',
      'StandardInput=socket',
      'StandardOutput=journal',
      'StandardError=journal',
    ],
    'Restart=always',
    'RestartSec=1',
    '# The application ends its requests after SIGTERM, and has 30 s for them.',
    'KillMode=mixed',
    `TimeoutStopSec=${STOP_SECONDS}`,
    '',
    hardening([app.program, ...app.arguments, app.folder]),
    listen === undefined && ['', '[Install]', 'WantedBy=multi-user.target'],
  );
}

/** No MemoryDenyWriteExecute: Node compiles JavaScript to machine code. */
function hardening(paths: ReadonlyArray<string | undefined>): Lines {
  const isAtHome = paths.some((path) => path !== undefined && /^\/(home|root|run\/user)\//.test(path));
  return [
    '# It sees the system read-only. ReadWritePaths= names what it may write, StateDirectory= makes a folder for it.',
    'ProtectSystem=strict',
    `ProtectHome=${isAtHome ? 'read-only' : 'yes'}`,
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'RemoveIPC=yes',
    'SystemCallArchitectures=native',
    '# Node protects its machine code by memory keys, which systemd before 255 does not count to @system-service.',
    'SystemCallFilter=@system-service @pkey',
    'SystemCallErrorNumber=EPERM',
    'UMask=0027',
    '# No MemoryDenyWriteExecute: Node compiles JavaScript to machine code.',
  ];
}

function socketUnit({ app, listen, name, socketGroup }: Service): string {
  return file(
    '[Unit]',
    `Description=Socket of the FastCGI application ${name}`,
    '',
    '[Socket]',
    listen?.kind === 'unix'
      ? [
          `ListenStream=${quoteSystemdPath('listen', listen.path)}`,
          '# The web server has to be in the group.',
          'SocketMode=0660',
          app.user !== undefined && `SocketUser=${app.user}`,
          `SocketGroup=${socketGroup}`,
          'RemoveOnStop=yes',
        ]
      : listen !== undefined && `ListenStream=${hostPort(listen)}`,
    'Backlog=511',
    '',
    '[Install]',
    'WantedBy=sockets.target',
  );
}
