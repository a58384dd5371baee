import { checkCount, checkName, checkNames } from './checks.ts';
import {
  CONTAINER_OPTIONS,
  type ContainerOptions,
  checkImage,
  END_SECONDS,
  readContainer,
} from './container.ts';
import {
  SITE_OPTIONS,
  siteOf,
  type WebContainerName,
  type WebContainerSite,
  webContainer,
} from './web-container.ts';
import { type Yaml, yamlLines } from './yaml.ts';

/** What `composeFile` takes. */
export interface ComposeOptions extends ContainerOptions, WebContainerSite {
  /** The image of the application. Default: it is built from the `Dockerfile` beside the file. */
  readonly image?: string | undefined;
  /**
   * What the application is called.
   *
   * @defaultValue `app`
   */
  readonly name?: string | undefined;
  /**
   * The port of the machine that the web server has.
   *
   * @defaultValue 8080
   */
  readonly publish?: number | undefined;
  /**
   * Which web server.
   *
   * @defaultValue `nginx`
   */
  readonly webServer?: WebContainerName | undefined;
}

/**
 * A `compose.yaml`: the application, and a web server that alone can reach it. Neither is root, writes anything but
 * `/tmp`, or has more rights than it needs.
 *
 * @throws ConfigError if an option is unknown or wrong
 */
export function composeFile(options: ComposeOptions = {}): string {
  const own = ['image', 'name', 'publish', 'webServer'];
  checkNames(options, [...CONTAINER_OPTIONS, ...SITE_OPTIONS, ...own].sort());
  const { image, publish = 8080, webServer = 'nginx' } = options;
  const name = checkName('name', options.name ?? 'app').toLowerCase();
  const app = readContainer(options);
  const web = webContainer(webServer, `${name}:${app.port}`, siteOf(options));
  const file: Yaml = {
    services: {
      [name]: {
        ...(image === undefined ? { build: '.' } : { image: checkImage('image', image) }),
        command: escaped(app.command),
        healthcheck: {
          test: ['CMD', ...escaped(app.ping)],
          interval: `${app.interval}s`,
          timeout: '5s',
          start_period: '30s',
        },
        // Reaps what the application leaves behind, with every version of Node.
        init: true,
        stop_grace_period: `${END_SECONDS}s`,
        networks: ['back'],
        ...restricted,
      },
      web: {
        image: web.image,
        user: String(web.user),
        depends_on: { [name]: { condition: 'service_healthy' } },
        configs: [{ source: 'web', target: `${web.folder}/${web.file}` }],
        ports: [`${checkCount('publish', publish, 65_535)}:${web.port}`],
        networks: ['front', 'back'],
        ...restricted,
      },
    },
    networks: {
      // Without a way to anywhere else.
      back: { internal: true },
      front: {},
    },
    configs: { web: { content: doubled(web.config) } },
  };
  return `${yamlLines(file).join('\n')}\n`;
}

const restricted = {
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  restart: 'unless-stopped',
};

/** Compose takes `$` for a variable. */
function doubled(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function escaped(words: readonly string[]): string[] {
  return words.map(doubled);
}
