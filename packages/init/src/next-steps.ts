import { dirname } from 'node:path';
import type { Answers } from './answers.ts';
import { quoteForShell } from './shell.ts';
import type { WebServerName } from './web-servers.ts';

/** Something to do, in plain words, and the commands for it. */
export interface Step {
  readonly say: string;
  readonly commands: readonly string[];
}

/** A configuration that has been written. */
interface Written {
  /** Quoted for a shell. */
  readonly path: string;
  readonly mount: string;
  readonly name: string;
  readonly text: string;
}

/** Where the configuration goes, which command enables it, and how the product itself checks it. */
const configSteps: Readonly<Record<WebServerName, (written: Written) => readonly Step[]>> = {
  nginx: ({ name, path }) => [
    step('Give it to nginx, let nginx check it, and load it:', [
      `sudo cp ${path} /etc/nginx/conf.d/${name}.conf`,
      'sudo nginx -t',
      'sudo systemctl reload nginx',
    ]),
  ],
  'apache-htaccess': ({ mount }) => [
    step(`It counts at once, where its folder is what the web server has at ${mount}.`),
  ],
  'apache-fcgid': apacheSteps,
  'apache-proxy': apacheSteps,
  lighttpd: ({ name, path }) => [
    step('Give it to lighttpd, let lighttpd check it, and load it:', [
      `sudo cp ${path} /etc/lighttpd/conf-enabled/50-${name}.conf`,
      'sudo lighttpd -tt -f /etc/lighttpd/lighttpd.conf',
      'sudo systemctl restart lighttpd',
    ]),
  ],
  caddy: ({ name, path }) => [
    step(`Give it to Caddy, and write the line "import ${name}.Caddyfile" into /etc/caddy/Caddyfile:`, [
      `sudo cp ${path} /etc/caddy/${name}.Caddyfile`,
    ]),
    step('Let Caddy check it, and load it:', [
      'caddy validate --config /etc/caddy/Caddyfile',
      'sudo systemctl reload caddy',
    ]),
  ],
  h2o: ({ path }) => [
    step(`Copy the lines of ${path} into /etc/h2o/h2o.conf; what is in both belongs together.`),
    step('Let h2o check it, and load it:', [
      'sudo h2o -t -c /etc/h2o/h2o.conf',
      'sudo systemctl restart h2o',
    ]),
  ],
  haproxy: ({ path }) => [
    step('Add it to the configuration of HAProxy, let HAProxy check it, and load it:', [
      `sudo tee -a /etc/haproxy/haproxy.cfg < ${path}`,
      'sudo haproxy -c -f /etc/haproxy/haproxy.cfg',
      'sudo systemctl reload haproxy',
    ]),
  ],
};

function apacheSteps({ name, path, text }: Written): readonly Step[] {
  const modules = /^# a2enmod (.+)$/m.exec(text)?.[1] ?? '';
  return [
    step('Give it to Apache, let Apache check it, and load it:', [
      `sudo cp ${path} /etc/apache2/sites-available/${name}.conf`,
      `sudo a2enmod ${modules}`,
      `sudo a2ensite ${name}`,
      'sudo apache2ctl configtest',
      'sudo systemctl restart apache2',
    ]),
  ];
}

/** What is to be done with the configuration of the web server. */
export function stepsFor({ mount, name, webServer }: Answers, path: string, text: string): readonly Step[] {
  return configSteps[webServer]({ mount, name, path: quoteForShell(path), text });
}

/**
 * What is to be done with a file for what starts the application.
 *
 * @param usual what it is called where it belongs
 */
export function stepsForService(
  product: 'init' | 'supervisor' | 'systemd',
  path: string,
  usual: string,
  name: string,
): readonly Step[] {
  const from = quoteForShell(path);
  switch (product) {
    case 'init':
      return [
        step('Install it, with spawn-fcgi, which opens the socket; start it, now and with the machine:', [
          'sudo apt-get install spawn-fcgi',
          `sudo install -m 755 ${from} /etc/init.d/${usual}`,
          `sudo update-rc.d ${name} defaults`,
          `sudo service ${name} start`,
        ]),
      ];
    case 'supervisor':
      return [
        step('Give it to supervisor, which starts it:', [
          `sudo cp ${from} /etc/supervisor/conf.d/${usual}`,
          'sudo supervisorctl update',
        ]),
      ];
    case 'systemd':
      return [
        step('Give it to systemd:', [`sudo cp ${from} /etc/systemd/system/${usual}`]),
        ...(usual.endsWith('.socket')
          ? [
              step('Open the socket, now and with the machine; the first request starts the application:', [
                'sudo systemctl daemon-reload',
                `sudo systemctl enable --now ${usual}`,
              ]),
            ]
          : []),
      ];
  }
}

/** A deployment, as far as steps tell of it. */
type Deployment =
  | { readonly program: string; readonly config: string }
  | { readonly listen: string; readonly command: readonly string[] };

/** What is to be done last, when every file is where it belongs. */
export function stepsForAll(answers: Answers, deployment: Deployment): readonly Step[] {
  const { mount, serverName } = answers;
  const look = step('Look at it:', [
    `curl -i ${quoteForShell(`http://${serverName[0] ?? 'localhost'}${mount}`)}`,
  ]);
  if ('program' in deployment) {
    const [program, config] = [deployment.program, deployment.config].map(quoteForShell);
    return [
      look,
      ...(answers.webServer.startsWith('apache') ? [startAnew(deployment.program)] : []),
      step('Where it does not work:', [`fcgi doctor ${program} --config ${config}`]),
    ];
  }
  const listen = quoteForShell(deployment.listen);
  // sudo has a PATH of its own, without what npm has installed for one user or one project.
  const isForAll = answers.runner.every((path) => path.startsWith('/usr/'));
  const fcgi = isForAll ? 'sudo fcgi' : ['sudo', ...answers.runner].map(quoteForShell).join(' ');
  return [
    ...(answers.start === 'hand' ? startByHand(answers, deployment.listen, deployment.command) : []),
    step('See whether the application answers:', [`${fcgi} ping ${listen}`]),
    look,
    step('Where it does not work:', [`${fcgi} doctor ${listen}`]),
  ];
}

/** mod_fcgid looks at the inode of a program, and neither at its time nor at the files of the application. */
function startAnew(program: string): Step {
  const [path, copy] = [program, `${program}.new`].map(quoteForShell);
  return step('After a new version of the application, have it started anew (touch does nothing):', [
    `cp -p ${path} ${copy} && mv ${copy} ${path}`,
  ]);
}

/** The group of the folder passes on to the socket, and so the web server may connect. */
function startByHand(
  { group = '', workingDirectory }: Answers,
  listen: string,
  command: readonly string[],
): readonly Step[] {
  const [, path] = /^(?:unix:)?(\/.+)$/.exec(listen) ?? [];
  const [node = '', fcgi = '', run = '', ...words] = command;
  const own = ['--chdir', workingDirectory, '--listen', listen];
  const start = [node, fcgi, run, ...own, ...words].map(quoteForShell).join(' ');
  return [
    ...(path === undefined
      ? []
      : [
          step(`Make a folder for the socket that the group ${group} may look into:`, [
            `sudo install -d -m 2750 -o "$(id -un)" -g ${group} ${quoteForShell(dirname(path))}`,
          ]),
        ]),
    step('Start the application; Ctrl-C ends it:', [start]),
  ];
}

function step(say: string, commands: readonly string[] = []): Step {
  return { say, commands };
}
