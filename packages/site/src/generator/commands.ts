import type { Choice } from './choice.ts';
import { productOf } from './choice.ts';
import { visible } from './form.ts';

/** What to type when the files are where they belong. */
export interface Commands {
  readonly start: readonly string[];
  /** Whether it works; each says why if it does not. */
  readonly check: readonly string[];
}

type Steps = (name: string) => Commands;

const site = (name: string) => `/etc/apache2/sites-available/${name}.conf`;

function apache(modules: string): Steps {
  return (name) => ({
    start: [`sudo a2enmod ${modules}`, `sudo a2ensite ${name}`, 'sudo systemctl restart apache2'],
    check: ['sudo apache2ctl configtest', `fcgi doctor --config ${site(name)}`],
  });
}

/** By the id of a product. */
const steps: Readonly<Record<string, Steps>> = {
  nginx: () => ({ check: ['sudo nginx -t'], start: ['sudo systemctl reload nginx'] }),
  'apache-proxy': apache('proxy_fcgi'),
  'apache-fcgid': apache('fcgid'),
  'apache-fastcgi': apache('fastcgi actions'),
  htaccess: () => ({ start: ['chmod 755 app.fcgi'], check: ['fcgi doctor ./app.fcgi --config .htaccess'] }),
  lighttpd: () => ({
    start: ['sudo systemctl restart lighttpd'],
    check: ['sudo lighttpd -tt -f /etc/lighttpd/lighttpd.conf'],
  }),
  caddy: () => ({
    start: ['sudo systemctl reload caddy'],
    check: ['caddy validate --config /etc/caddy/Caddyfile'],
  }),
  h2o: () => ({ start: ['sudo systemctl restart h2o'], check: ['sudo h2o -t -c /etc/h2o/h2o.conf'] }),
  haproxy: () => ({
    start: ['sudo systemctl reload haproxy'],
    check: ['sudo haproxy -c -f /etc/haproxy/haproxy.cfg'],
  }),
  cherokee: () => ({
    start: ['sudo systemctl restart cherokee'],
    check: ['sudo cherokee -t -C /etc/cherokee/cherokee.conf'],
  }),
  iis: () => ({ start: ['iisreset'], check: [] }),
  systemd: (name) => ({
    start: ['sudo systemctl daemon-reload', `sudo systemctl enable --now ${name}.socket`],
    check: [`systemd-analyze verify /etc/systemd/system/${name}.service`, `systemctl status ${name}`],
  }),
  supervisor: (name) => ({
    start: ['sudo supervisorctl update'],
    check: [`sudo supervisorctl status ${name}`],
  }),
  init: (name) => ({
    start: [
      `sudo chmod 755 /etc/init.d/${name}`,
      `sudo update-rc.d ${name} defaults`,
      `sudo service ${name} start`,
    ],
    check: [`sudo service ${name} status`],
  }),
  container: (name) => ({
    start: [`docker build -t ${name} .`, `docker run --rm -p 127.0.0.1:9000:9000 ${name}`],
    check: ['fcgi ping 127.0.0.1:9000'],
  }),
  compose: () => ({ start: ['docker compose up -d'], check: ['docker compose config --quiet'] }),
  kubernetes: (name) => ({
    start: [`kubectl apply -f ${name}.yaml`],
    check: [`kubectl apply --dry-run=server -f ${name}.yaml`, `kubectl rollout status deployment/${name}`],
  }),
};

/** These do not say the prefix, so the application has to know it. */
const SILENT_ABOUT_PREFIX = ['lighttpd', 'h2o', 'haproxy'];

/** The commands that start what has been chosen, the application first, and those that check it. */
export function commandsOf(choice: Choice): Commands {
  const seen = visible(choice);
  const product = productOf(seen.product);
  const { check, start } = steps[product.id]?.(seen.name || 'app') ?? { check: [], start: [] };
  const addresses = seen.listen.filter((address) => address !== '');
  const isWebServer = product.kind === 'Web servers';
  const runs = isWebServer && seen.start === 'listen';
  return {
    start: [...(runs ? addresses.map((address) => runCommand(seen, address)) : []), ...start],
    check: [
      ...check,
      ...(product.kind === 'Containers' || (seen.start === 'app' && isWebServer)
        ? []
        : addresses.map((address) => `sudo fcgi ping ${address}`)),
      ...(isWebServer && product.id !== 'iis' ? [`curl -i ${urlOf(seen)}`] : []),
    ],
  };
}

function runCommand({ mount, product }: Choice, address: string): string {
  const isUnix = /^(unix:)?\//.test(address);
  return [
    isUnix ? 'sudo fcgi run' : 'fcgi run',
    `--listen ${address}`,
    ...(isUnix ? ['--socket-group www-data'] : []),
    ...(mount !== '' && mount !== '/' && SILENT_ABOUT_PREFIX.includes(product) ? [`--mount ${mount}`] : []),
    'app.js',
  ].join(' ');
}

function urlOf({ bind, mount, serverName }: Choice): string {
  const [host = 'localhost'] = serverName.split(/[\s,]+/).filter((name) => name !== '');
  const port = /(\d+)$/.exec(bind)?.[1] ?? '80';
  return `http://${host}${port === '80' ? '' : `:${port}`}${mount === '' ? '/' : mount}`;
}
