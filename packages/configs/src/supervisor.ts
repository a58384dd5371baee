import { hostPort } from './address.ts';
import type { ProcessOptions } from './options.ts';
import { quoteSupervisor, quoteSupervisorVariable } from './quote.ts';
import { readService, type Service, STOP_SECONDS } from './service.ts';
import { file, type Lines } from './text.ts';

/**
 * A file for supervisor's `conf.d`: `[fcgi-program]` with `listen`, whose socket all processes share, or else
 * `[program]`.
 *
 * @param options what is started, and on which socket
 * @throws ConfigError if an option is unknown, wrong, or beyond supervisor
 */
export function supervisorConfig(options: ProcessOptions): string {
  const service = readService(options, {
    'app.group': 'supervisor starts programs as a user with its groups',
  });
  const { app, listen, name, processes } = service;
  return file(
    `[${listen === undefined ? 'program' : 'fcgi-program'}:${name}]`,
    `command=${[app.program, ...app.arguments].map((word) => quoteSupervisor('app', word)).join(' ')}`,
    listen !== undefined && socket(service),
    processes > 1 && [`numprocs=${processes}`, 'process_name=%(program_name)s_%(process_num)02d'],
    app.folder !== undefined && `directory=${quoteFolder(app.folder)}`,
    app.user !== undefined && `user=${app.user}`,
    app.environment.length > 0 && `environment=${variables(service)}`,
    'autorestart=true',
    '; The application ends its requests after SIGTERM, and has 30 s for them.',
    'stopsignal=TERM',
    `stopwaitsecs=${STOP_SECONDS}`,
    'redirect_stderr=true',
  );
}

function socket({ app, listen, socketGroup }: Service): Lines {
  if (listen?.kind === 'tcp') return `socket=tcp://${hostPort(listen)}`;
  return [
    `socket=unix://${listen?.path}`,
    '; The web server has to be in the group.',
    'socket_mode=0660',
    `socket_owner=${app.user ?? 'root'}:${socketGroup}`,
  ];
}

function variables({ app }: Service): string {
  return app.environment
    .map(([name, value]) => `${name}=${quoteSupervisorVariable(`app.environment.${name}`, value)}`)
    .join(',');
}

/** The rest of the line is the folder; what quoting may not change is refused as in a command. */
function quoteFolder(folder: string): string {
  quoteSupervisor('app.folder', folder);
  return folder.replaceAll('%', '%%');
}
