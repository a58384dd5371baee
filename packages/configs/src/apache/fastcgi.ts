import { hostPort } from '../address.ts';
import { ConfigError } from '../errors.ts';
import { noBalancing } from '../no-balancing.ts';
import { quoteApache } from '../quote.ts';
import { onlyAddress, type Site } from '../site.ts';
import type { Lines } from '../text.ts';
import { scriptAlias } from './fcgid.ts';
import type { ApacheModule } from './module.ts';

/** mod_fastcgi: starts programs, or connects to an application that listens. */
export const fastcgi = {
  refusals: {
    ...noBalancing('mod_fastcgi'),
    'app.arguments': 'mod_fastcgi starts a file without arguments; write a small script that has them',
    'app.folder': 'mod_fastcgi starts programs in their own folder',
    'app.group': 'mod_fastcgi starts programs as the group of Apache; suEXEC is set up with Apache',
    'app.user': 'mod_fastcgi starts programs as the user of Apache; suEXEC is set up with Apache',
    keepAlive: 'mod_fastcgi opens a connection for each request',
    'timeouts.idle': 'mod_fastcgi keeps no connections',
  },
  handler: 'fastcgi-script',
  modules: () => ['alias', 'fastcgi'],
  application(site) {
    const address = onlyAddress(site, 'mod_fastcgi knows one address for each application');
    if (site.app !== undefined && address !== undefined) {
      throw new ConfigError('listen', 'mod_fastcgi chooses the socket of what it starts itself');
    }
    return address === undefined ? started(site) : external(site, address);
  },
  authorizing: (site): Lines => `FastCgiAccessChecker ${quoteApache('app', scriptOf(site))}`,
} satisfies ApacheModule;

function started(site: Site): Lines {
  const { app, processes, timeouts } = site;
  const variables = (app?.environment ?? []).map(
    ([name, value]) => ` -initial-env ${quoteApache(`app.environment.${name}`, `${name}=${value}`)}`,
  );
  return [
    '# It gets no environment but this: "#!/usr/bin/env node" finds node in PATH.',
    `FastCgiServer ${quoteApache('app', scriptOf(site))} -processes ${processes ?? 1} -idle-timeout ${timeouts.response} -pass-header Authorization${variables.join('')}`,
    scriptAlias(site),
  ];
}

function external(site: Site, address: Site['listen'][number]): Lines {
  const { mount, timeouts } = site;
  const script = scriptOf(site);
  const target = address.kind === 'unix' ? `-socket ${address.path}` : `-host ${hostPort(address)}`;
  return [
    '# The file need not be there. -flush: answers as they come.',
    `FastCgiExternalServer ${script} ${target} -appConnTimeout ${timeouts.connect} -idle-timeout ${timeouts.response} -flush -pass-header Authorization`,
    mount === '' ? `Alias "/" "${script}/"` : `Alias ${quoteApache('mount', mount)} "${script}"`,
  ];
}

function scriptOf({ app, name }: Site): string {
  return app?.program ?? `/var/www/${name}.fcgi`;
}
