import { checkCount, checkNames } from './checks.ts';
import {
  CONTAINER_OPTIONS,
  type Container,
  type ContainerOptions,
  checkImage,
  END_SECONDS,
  readContainer,
} from './container.ts';
import { ConfigError } from './errors.ts';
import { METRICS_PORT, scalerMetrics, scrapeAnnotations } from './scaling.ts';
import {
  SITE_OPTIONS,
  siteOf,
  type WebContainer,
  type WebContainerName,
  type WebContainerSite,
  webContainer,
} from './web-container.ts';
import { type Yaml, yamlLines } from './yaml.ts';

/** What `kubernetesManifests` takes. */
export interface KubernetesOptions extends ContainerOptions, WebContainerSite {
  /**
   * Requests under way in a pod, on average, above which there are more pods. Prometheus reads them on port 9090 of each
   * pod, and needs the rule of `prometheusAdapterRules`. Default: the load of the cores alone says how many pods there are.
   */
  readonly activeRequests?: number | undefined;
  /** The image of the application. */
  readonly image: string;
  /**
   * Pods of the application at the most.
   *
   * @defaultValue 10
   */
  readonly maxReplicas?: number | undefined;
  /**
   * With `activeRequests`: the namespace of Prometheus, which alone may read the metrics.
   *
   * @defaultValue `monitoring`
   */
  readonly metricsNamespace?: string | undefined;
  /**
   * What the application is called: small letters, digits and `-`.
   *
   * @defaultValue `app`
   */
  readonly name?: string | undefined;
  /**
   * Pods of the application at the least.
   *
   * @defaultValue 3
   */
  readonly replicas?: number | undefined;
  /**
   * Which web server.
   *
   * @defaultValue `nginx`
   */
  readonly webServer?: WebContainerName | undefined;
  /**
   * Pods of the web server.
   *
   * @defaultValue 2
   */
  readonly webReplicas?: number | undefined;
}

const OWN_OPTIONS = [
  'activeRequests',
  'image',
  'maxReplicas',
  'metricsNamespace',
  'name',
  'replicas',
  'webReplicas',
  'webServer',
];

/** Seconds until every node has taken a pod that ends out of its endpoints. */
const NOTICE_SECONDS = 5;
/** The user `node` of the images with Node. */
const NODE_USER = 1000;

/**
 * Manifests for Kubernetes: the application and a web server as Deployments with their Services, the network policy
 * that lets the web server alone connect, budgets for disruptions, and a scaler. No pod is taken before its successor
 * is ready, and one that goes is given the time to end its requests.
 *
 * @throws ConfigError if an option is unknown or wrong
 */
export function kubernetesManifests(options: KubernetesOptions): string {
  checkNames(options, [...CONTAINER_OPTIONS, ...SITE_OPTIONS, ...OWN_OPTIONS].sort());
  const { maxReplicas = 10, replicas = 3, webReplicas = 2, webServer = 'nginx' } = options;
  const image = checkImage('image', options.image);
  const name = checkLabel('name', options.name ?? 'app');
  const [least, most] = [
    checkCount('replicas', replicas, 1_000),
    checkCount('maxReplicas', maxReplicas, 1_000),
  ];
  if (most < least) throw new ConfigError('maxReplicas', 'must not be less than "replicas"');
  const metrics = readMetrics(options);
  const app = readContainer(options, metrics === undefined ? undefined : METRICS_PORT);
  const web = webContainer(webServer, `${name}:${app.port}`, siteOf(options));
  const webName = `${name}-web`;
  const documents: Yaml[] = [
    deployment(name, {
      annotations: metrics === undefined ? undefined : scrapeAnnotations,
      container: { image, ...applicationContainer(app, metrics) },
      user: NODE_USER,
    }),
    service(name, app.port, app.port),
    scaler(name, least, most, metrics),
    budget(name),
    policy(name, webName, app.port, metrics),
    object('v1', 'ConfigMap', webName, { data: { [web.file]: web.config } }),
    deployment(webName, {
      container: serverContainer(web),
      replicas: checkCount('webReplicas', webReplicas, 1_000),
      user: web.user,
      volumes: [{ name: 'config', configMap: { name: webName } }],
    }),
    service(webName, 80, web.port),
    budget(webName),
  ];
  return documents.map((document) => `---\n${yamlLines(document).join('\n')}\n`).join('');
}

function object(apiVersion: string, kind: string, name: string, rest: { [member: string]: Yaml }): Yaml {
  return { apiVersion, kind, metadata: { name, labels: labels(name) }, ...rest };
}

function labels(name: string) {
  return { 'app.kubernetes.io/name': name };
}

/** What the pods of a Deployment are made of. */
interface Pods {
  readonly annotations?: { readonly [name: string]: string } | undefined;
  readonly container: { readonly [member: string]: Yaml };
  /** Undefined where the scaler says it. */
  readonly replicas?: number;
  readonly user: number;
  readonly volumes?: readonly Yaml[];
}

function deployment(name: string, { annotations, container, replicas, user, volumes = [] }: Pods): Yaml {
  const selector = { matchLabels: labels(name) };
  return object('apps/v1', 'Deployment', name, {
    spec: {
      replicas,
      selector,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: labels(name), annotations },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: NOTICE_SECONDS + END_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: selector,
            },
          ],
          containers: [{ name, ...container, ...common }],
          volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes],
        },
      },
    },
  });
}

/** Of both containers. */
const common = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
  // Requests arrive until every node has taken the pod out of its endpoints.
  lifecycle: { preStop: { exec: { command: ['sleep', String(NOTICE_SECONDS)] } } },
};
const temporary = { name: 'tmp', mountPath: '/tmp' };

function applicationContainer({ command, interval, ping, port }: Container, metrics: Metrics | undefined) {
  const measured = metrics === undefined ? [] : [{ name: 'metrics', containerPort: METRICS_PORT }];
  return {
    command,
    ports: [{ name: 'fastcgi', containerPort: port }, ...measured],
    startupProbe: { exec: { command: ping }, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 30 },
    readinessProbe: {
      exec: { command: ping },
      periodSeconds: interval,
      timeoutSeconds: 5,
      failureThreshold: 2,
    },
    // Runs no code of the application, and waits longer: one that is busy is not dead.
    livenessProbe: {
      exec: { command: ping.slice(0, 3) },
      periodSeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 6,
    },
    resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    volumeMounts: [temporary],
  };
}

function serverContainer({ config: _, file, folder, image, port }: WebContainer) {
  const probe = { tcpSocket: { port } };
  return {
    image,
    ports: [{ name: 'http', containerPort: port }],
    readinessProbe: { ...probe, periodSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [
      temporary,
      { name: 'config', mountPath: `${folder}/${file}`, subPath: file, readOnly: true },
    ],
  };
}

function service(name: string, port: number, targetPort: number): Yaml {
  return object('v1', 'Service', name, { spec: { selector: labels(name), ports: [{ port, targetPort }] } });
}

function scaler(name: string, minReplicas: number, maxReplicas: number, metrics: Metrics | undefined): Yaml {
  return object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
      metrics: scalerMetrics(metrics?.activeRequests),
    },
  });
}

function budget(name: string): Yaml {
  return object('policy/v1', 'PodDisruptionBudget', name, {
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(name) } },
  });
}

/** FastCGI has neither passwords nor encryption. */
function policy(name: string, webName: string, port: number, metrics: Metrics | undefined): Yaml {
  const prometheus = metrics && {
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': metrics.namespace } } }],
    ports: [{ protocol: 'TCP', port: METRICS_PORT }],
  };
  return object('networking.k8s.io/v1', 'NetworkPolicy', name, {
    spec: {
      podSelector: { matchLabels: labels(name) },
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector: { matchLabels: labels(webName) } }], ports: [{ protocol: 'TCP', port }] },
        ...(prometheus === undefined ? [] : [prometheus]),
      ],
    },
  });
}

/** What is scaled by beside the load of cores, and who reads it. */
interface Metrics {
  readonly activeRequests: number;
  readonly namespace: string;
}

function readMetrics({ activeRequests, metricsNamespace }: KubernetesOptions): Metrics | undefined {
  if (activeRequests === undefined) {
    if (metricsNamespace === undefined) return undefined;
    throw new ConfigError('metricsNamespace', 'is for "activeRequests"');
  }
  return {
    activeRequests: checkCount('activeRequests', activeRequests, 100_000),
    namespace: checkLabel('metricsNamespace', metricsNamespace ?? 'monitoring'),
  };
}

function checkLabel(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z](?:[a-z\d-]{0,48}[a-z\d])?$/.test(value)) {
    throw new ConfigError(option, 'must begin with a letter and have only small letters, digits and -');
  }
  return value;
}
