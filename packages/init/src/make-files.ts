import {
  apacheConfig,
  type CaddyOptions,
  ConfigError,
  type ContainerOptions,
  caddyConfig,
  cherokeeConfig,
  composeFile,
  containerFile,
  type H2oOptions,
  h2oConfig,
  haproxyConfig,
  iisConfig,
  initScript,
  kubernetesManifests,
  type ListeningApplication,
  lighttpdConfig,
  nginxConfig,
  type ProcessOptions,
  prometheusAdapterRules,
  type StartedApplication,
  supervisorConfig,
  systemdUnits,
  type WebServerOptions,
} from '@fcgi-js/configs';
import { type ConfigOptions, configFlag, configOptions } from './config-options.ts';
import { defined } from './defined.ts';
import { invalidDeployment } from './errors.ts';
import type { Product } from './product-names.ts';

/** One file of a configuration. */
export interface ConfigFile {
  /** What it is usually called. */
  readonly name: string;
  readonly text: string;
}

/**
 * The files of a configuration.
 *
 * @param flags what options are called on this command line, where that is not as in `fcgi config`
 * @throws DeploymentError where an option is wrong, or beyond the product
 */
export function makeFiles(
  product: Product,
  program: readonly string[],
  options: ConfigOptions,
  flags: Readonly<Record<string, string>> = {},
): ConfigFile[] {
  try {
    return filesOf(product, program, options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { option } = error;
    const flag = flags[option] ?? configFlag(option);
    const reason = error.message.replace(`option "${option}": `, '');
    throw invalidDeployment(`${flag}: ${reason}`);
  }
}

function filesOf(product: Product, program: readonly string[], options: ConfigOptions): ConfigFile[] {
  for (const [option, { products = [product] }] of configOptions) {
    if (options[option] === undefined || products.includes(product)) continue;
    throw new ConfigError(option, `is for ${products.join(', ')}, and this is ${product}`);
  }
  const { htaccess, module } = options;
  const name = options.name ?? 'app';
  const one = (fileName: string, text: string) => [{ name: fileName, text }];
  switch (product) {
    case 'apache':
      return one(
        htaccess ? '.htaccess' : `${name}.conf`,
        apacheConfig({
          ...siteOptions(program, options),
          module: module ?? (program.length > 0 ? 'fcgid' : 'proxy_fcgi'),
          ...(htaccess === undefined ? {} : { htaccess }),
        }),
      );
    case 'caddy':
      return one('Caddyfile', caddyConfig(caddyOptions(program, options)));
    case 'cherokee':
      return one('cherokee.conf', cherokeeConfig(siteOptions(program, options)));
    case 'compose':
      return one('compose.yaml', composeFile(containerOptions(program, options)));
    case 'container':
      return one('Dockerfile', containerFile(containerOptions(program, options)));
    case 'h2o':
      return one(`${name}.yaml`, h2oConfig(h2oOptions(program, options)));
    case 'haproxy':
      return one('haproxy.cfg', haproxyConfig(siteOptions(program, options)));
    case 'iis': {
      const { applicationHost, webConfig } = iisConfig(siteOptions(program, options));
      return [
        { name: 'web.config', text: webConfig },
        { name: 'applicationHost.config', text: applicationHost },
      ];
    }
    case 'init':
      return one(name, initScript(processOptions(program, options)));
    case 'kubernetes':
      return [
        ...one(`${name}.yaml`, kubernetesManifests({ image: '', ...containerOptions(program, options) })),
        ...(options.activeRequests === undefined
          ? []
          : one('prometheus-adapter.yaml', prometheusAdapterRules())),
      ];
    case 'lighttpd':
      return one(`${name}.conf`, lighttpdConfig(siteOptions(program, options)));
    case 'nginx':
      return one(`${name}.conf`, nginxConfig(siteOptions(program, options)));
    case 'supervisor':
      return one(`${name}.conf`, supervisorConfig(processOptions(program, options)));
    case 'systemd': {
      const { service, socket } = systemdUnits(processOptions(program, options));
      const files = [{ name: `${name}.service`, text: service }];
      return socket === undefined ? files : [...files, { name: `${name}.socket`, text: socket }];
    }
  }
}

function caddyOptions(program: readonly string[], options: ConfigOptions): CaddyOptions & SiteOptions {
  return { ...siteOptions(program, options), ...defined({ requestBuffers: options.requestBuffers }) };
}

function h2oOptions(program: readonly string[], options: ConfigOptions): H2oOptions & SiteOptions {
  return { ...siteOptions(program, options), ...defined({ upgradePath: options.upgradePath }) };
}

/** Whether the application is where the product needs it to be, the functions of the products check. */
type SiteOptions = ListeningApplication & StartedApplication & WebServerOptions;

function siteOptions(program: readonly string[], options: ConfigOptions): SiteOptions {
  const { static: statics } = options;
  const healthCheck = defined({
    interval: milliseconds(options.healthInterval),
    path: options.healthPath,
  });
  const timeouts = defined({
    connect: milliseconds(options.connectTimeout),
    idle: milliseconds(options.idleTimeout),
    response: milliseconds(options.responseTimeout),
    upload: milliseconds(options.uploadTimeout),
  });
  return defined({
    app: appOptions(program, options),
    authorizer: options.authorizer,
    backups: options.backup,
    bind: options.bind,
    healthCheck: Object.keys(healthCheck).length === 0 ? undefined : healthCheck,
    keepAlive: options.keepAlive === false ? false : undefined,
    listen: options.listen,
    maxBodySize: options.maxBodySize,
    mount: options.mount,
    multiplex: options.multiplex,
    name: options.name,
    processes: options.processes,
    serverName: options.serverName,
    slowStart: milliseconds(options.slowStart),
    static: statics,
    timeouts: Object.keys(timeouts).length === 0 ? undefined : timeouts,
    upgradeSocket: options.upgradeSocket,
  }) as SiteOptions;
}

/** What is for web servers only is refused here, as process managers have no option for it. */
function processOptions(program: readonly string[], options: ConfigOptions): ProcessOptions {
  const { listen, name, processes, socketGroup } = options;
  const { app, ...others } = siteOptions(program, options);
  const known = ['listen', 'name', 'processes'];
  const stray = Object.keys(others).find((option) => !known.includes(option));
  if (stray !== undefined) throw new ConfigError(stray, 'is for web servers, and this is a process manager');
  if (app === undefined) throw new ConfigError('app', 'is missing; say which program is started');
  if (listen !== undefined && listen.length > 1) throw new ConfigError('listen', 'there is one socket only');
  return defined({ app, listen: listen?.[0], name, processes, socketGroup });
}

/** What containers have no option for is refused by the functions themselves, but for what is about PROGRAM. */
function containerOptions(program: readonly string[], options: ConfigOptions): ContainerOptions {
  const { app: _, ...site } = siteOptions(program, options);
  const { activeRequests, env, folder, group, image, user } = options;
  const [stray] = Object.keys(defined({ environment: env, folder, group, user }));
  const beyond = program.length > 1 ? 'arguments' : stray;
  if (beyond !== undefined) throw new ConfigError(`app.${beyond}`, 'is beyond containers');
  return defined({ ...site, activeRequests, app: program[0], image });
}

function appOptions(program: readonly string[], options: ConfigOptions): WebServerOptions['app'] {
  const { env: environment, folder, group, user } = options;
  const rest = defined({ environment, folder, group, user });
  if (program.length > 0) return { command: program, ...rest };
  const [stray] = Object.keys(rest);
  if (stray !== undefined) throw new ConfigError(`app.${stray}`, 'is about PROGRAM, and there is none');
  return undefined;
}

function milliseconds(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * 1000;
}
