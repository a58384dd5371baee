import * as configs from '@fcgi-js/configs';

/** A file of a configuration. */
export interface ConfigFile {
  /** What it is called when it is saved. */
  readonly name: string;
  /** Where it belongs. */
  readonly place: string;
  readonly text: string;
}

/** The options of all functions of `@fcgi-js/configs`; which of them a function takes is its own business. */
export type Options = Partial<configs.CaddyOptions & Pick<configs.ProcessOptions, 'socketGroup'>>;

/** A product, or a way of using one, that `@fcgi-js/configs` has a function for. */
export interface Product {
  /** What it is called in links. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'Containers' | 'Process managers' | 'Web servers';
  /** The exported function. */
  readonly function: string;
  /** Options that make it this product and no other. */
  readonly own: object;
  /** The program, and its arguments, that stand in the form at first. */
  readonly example: readonly string[];
  /**
   * @param name the option `name`
   * @throws configs.ConfigError if an option is wrong, or beyond the product
   */
  print(options: Options, name: string): readonly ConfigFile[];
}

const PROGRAM = '/srv/app/server.js';
const WINDOWS = ['C:\\Program Files\\nodejs\\node.exe', 'C:\\srv\\app\\server.js'];

/** Functions of web servers want a program or an address; the check is theirs. */
type PlacedOptions = configs.ListeningApplication & configs.StartedApplication & Options;

/** Functions of process managers want a program; the check is theirs. */
const asProcess = (options: Options) => options as configs.ProcessOptions;

/** A product with one file: NAME in its place stands for the option `name`. */
function webServer(
  id: string,
  title: string,
  [name, configure]: readonly [name: string, configure: (options: PlacedOptions) => string],
  place: string,
): Product {
  return product('Web servers', id, title, name, {}, (options, file) => [
    one(place, file, configure(options as PlacedOptions)),
  ]);
}

function apache(id: string, title: string, own: Pick<configs.ApacheOptions, 'module' | 'htaccess'>): Product {
  const place = own.htaccess ? '.htaccess' : '/etc/apache2/sites-available/NAME.conf';
  const print: Product['print'] = (options, name) => [
    one(place, name, configs.apacheConfig({ ...(options as PlacedOptions), ...own })),
  ];
  const example = own.htaccess ? ['/home/me/public_html/app.fcgi'] : [PROGRAM];
  return product('Web servers', id, title, 'apacheConfig', own, print, example);
}

function product(
  kind: Product['kind'],
  id: string,
  title: string,
  name: string,
  own: object,
  print: Product['print'],
  example: readonly string[] = [PROGRAM],
): Product {
  return { example, function: name, id, kind, own, print, title };
}

function container<O>(
  id: string,
  title: string,
  [name, configure]: readonly [name: string, configure: (options: O) => string],
  place: string,
  own: object = {},
): Product {
  const print: Product['print'] = (options, file) => [
    one(place, file, configure({ ...options, ...own } as O)),
  ];
  return product('Containers', id, title, name, own, print, ['server.js']);
}

function one(place: string, name: string, text: string): ConfigFile {
  const path = place.replace('NAME', name);
  return { name: path.replace(/^.*\//, ''), place: path, text };
}

const { caddyConfig, cherokeeConfig, h2oConfig, haproxyConfig, lighttpdConfig, nginxConfig } = configs;

export const products: readonly Product[] = [
  webServer('nginx', 'nginx', ['nginxConfig', nginxConfig], '/etc/nginx/conf.d/NAME.conf'),
  apache('apache-proxy', 'Apache, mod_proxy_fcgi', { module: 'proxy_fcgi' }),
  apache('apache-fcgid', 'Apache, mod_fcgid', { module: 'fcgid' }),
  apache('htaccess', 'Apache, .htaccess on shared hosting', { module: 'fcgid', htaccess: true }),
  apache('apache-fastcgi', 'Apache, mod_fastcgi', { module: 'fastcgi' }),
  webServer(
    'lighttpd',
    'lighttpd',
    ['lighttpdConfig', lighttpdConfig],
    '/etc/lighttpd/conf-enabled/50-NAME.conf',
  ),
  webServer('caddy', 'Caddy', ['caddyConfig', caddyConfig], '/etc/caddy/Caddyfile'),
  webServer('h2o', 'h2o', ['h2oConfig', h2oConfig], '/etc/h2o/h2o.conf'),
  webServer('haproxy', 'HAProxy', ['haproxyConfig', haproxyConfig], '/etc/haproxy/haproxy.cfg'),
  webServer('cherokee', 'Cherokee', ['cherokeeConfig', cherokeeConfig], '/etc/cherokee/cherokee.conf'),
  product(
    'Web servers',
    'iis',
    'IIS',
    'iisConfig',
    {},
    (options) => {
      const { applicationHost, webConfig } = configs.iisConfig(options as PlacedOptions);
      return [
        { name: 'web.config', place: 'web.config in the folder of the site', text: webConfig },
        { name: 'fastCgi.xml', place: '<fastCgi> in applicationHost.config', text: applicationHost },
      ];
    },
    WINDOWS,
  ),
  product('Process managers', 'systemd', 'systemd', 'systemdUnits', {}, (options, name) => {
    const { service, socket } = configs.systemdUnits(asProcess(options));
    const units = [one('/etc/systemd/system/NAME.service', name, service)];
    if (socket !== undefined) units.push(one('/etc/systemd/system/NAME.socket', name, socket));
    return units;
  }),
  product('Process managers', 'supervisor', 'supervisor', 'supervisorConfig', {}, (options, name) => [
    one('/etc/supervisor/conf.d/NAME.conf', name, configs.supervisorConfig(asProcess(options))),
  ]),
  product('Process managers', 'init', 'init script', 'initScript', {}, (options, name) => [
    one('/etc/init.d/NAME', name, configs.initScript(asProcess(options))),
  ]),
  container('container', 'Dockerfile', ['containerFile', configs.containerFile], 'Dockerfile'),
  container('compose', 'Docker Compose', ['composeFile', configs.composeFile], 'compose.yaml'),
  container('kubernetes', 'Kubernetes', ['kubernetesManifests', configs.kubernetesManifests], 'NAME.yaml', {
    image: 'registry.example.org/app:1.0',
  }),
];
