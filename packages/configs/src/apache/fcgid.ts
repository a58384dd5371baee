import { noBalancing } from '../no-balancing.ts';
import { dirname } from '../paths.ts';
import { quoteApache, quoteApachePath } from '../quote.ts';
import { NO_BODY_LIMIT, type Site } from '../site.ts';
import { indent, type Lines } from '../text.ts';
import type { ApacheModule } from './module.ts';

/** While it waits, a single process would serve no other request. */
const PROCESSES = 5;

/** mod_fcgid: starts programs. */
export const fcgid = {
  refusals: {
    ...noBalancing('mod_fcgid'),
    'app.arguments': 'mod_fcgid starts a file without arguments; write a small script that has them',
    'app.folder': 'mod_fcgid starts programs in their own folder',
    'app.group': 'mod_fcgid starts programs as the group of Apache; suEXEC is set up with Apache',
    'app.user': 'mod_fcgid starts programs as the user of Apache; suEXEC is set up with Apache',
    keepAlive: 'mod_fcgid opens a connection for each request',
    listen: 'mod_fcgid connects to nothing but what it has started; use module "proxy_fcgi"',
    'timeouts.idle': 'mod_fcgid keeps no connections',
  },
  handler: 'fcgid-script',
  modules: () => ['alias', 'fcgid'],
  application: (site) => [
    scriptAlias(site),
    '',
    '# 128 KB unless it is set.',
    `FcgidMaxRequestLen ${site.maxBodySize ?? NO_BODY_LIMIT}`,
    `FcgidConnectTimeout ${site.timeouts.connect}`,
    `FcgidIOTimeout ${site.timeouts.response}`,
    '# mod_fcgid collects 64 KB of an answer first. 0 sends answers on as they come, event streams too, and one of',
    '# unknown length that breaks off looks complete then.',
    '# FcgidOutputBufferSize 0',
    '# Each serves one request at a time, and shares no memory with the others.',
    `FcgidMaxProcessesPerClass ${site.processes ?? PROCESSES}`,
    `FcgidMinProcessesPerClass ${Math.min(site.processes ?? PROCESSES, 3)}`,
    `# It gets no environment but PATH${site.app?.environment.length ? ' and this' : ', and so no HOME'}.`,
    site.app?.environment.map(
      ([name, value]) => `FcgidInitialEnv ${name} ${quoteApache(`app.environment.${name}`, value)}`,
    ),
  ],
  authorizing: ({ app }): Lines => [
    '# Every refusal becomes a 401 of Apache, whatever the application answers.',
    `FcgidAccessChecker ${quoteApache('app', app?.program ?? '')}`,
    'FcgidAccessCheckerAuthoritative On',
  ],
} satisfies ApacheModule;

/** With its slashes so that `/yourapplicationx` is another URL. */
export function scriptAlias({ app, mount }: Site): Lines {
  const program = app?.program ?? '';
  return [
    mount === ''
      ? `ScriptAlias "/" ${quoteApache('app', `${program}/`)}`
      : `ScriptAlias ${quoteApache('mount', mount)} ${quoteApache('app', program)}`,
    `<Directory ${quoteApachePath('app', dirname(program))}>`,
    indent('Options ExecCGI', 'AllowOverride None', 'Require all granted'),
    '</Directory>',
  ];
}
