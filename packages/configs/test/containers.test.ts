import {
  ConfigError,
  composeFile,
  containerFile,
  haproxyConfig,
  kubernetesManifests,
  nginxConfig,
  prometheusAdapterRules,
} from '@fcgi-js/configs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { checkManifests } from './support/check-containers.ts';

const image = 'registry.example.org/shop:1.4';

/** What the tests look at in the specification of a manifest. */
interface Spec {
  readonly ingress: unknown;
  readonly metrics: unknown;
  readonly podSelector: unknown;
  readonly selector: unknown;
  readonly strategy: { readonly rollingUpdate: unknown };
  readonly template: {
    readonly metadata: { readonly annotations: unknown };
    readonly spec: {
      readonly containers: readonly [Pod];
      readonly securityContext: unknown;
      readonly terminationGracePeriodSeconds: number;
    };
  };
}

/** What they look at in its only container. */
interface Pod {
  readonly command: readonly string[];
  readonly lifecycle: { readonly preStop: Probe };
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: unknown;
}

interface Probe {
  readonly exec: { readonly command: readonly string[] };
}

/** What the tests look at in a manifest. */
interface Manifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Spec;
}

function manifests(options: Omit<Parameters<typeof kubernetesManifests>[0], 'image'> = {}) {
  const documents = parseAllDocuments(kubernetesManifests({ image, ...options }));
  const all = documents.map((document) => document.toJS() as Manifest);
  return (kind: string, name: string) =>
    all.find((one) => one.kind === kind && one.metadata.name === name) as Manifest;
}

describe('manifests for Kubernetes', () => {
  test('have the configuration that the web server has elsewhere', () => {
    const site = { mount: '/shop', serverName: 'example.org' } as const;
    const nginx = manifests({ ...site, name: 'shop' })('ConfigMap', 'shop-web');
    const options = { ...site, bind: '8080', keepAlive: false, listen: 'shop:9000' };
    expect(nginx.data).toEqual({ 'default.conf': nginxConfig(options) });
    const haproxy = manifests({ ...site, name: 'shop', webServer: 'haproxy' })('ConfigMap', 'shop-web');
    expect(haproxy.data?.['haproxy.cfg']).toContain(haproxyConfig(options));
  });

  test('let nobody but the web server reach the application', () => {
    const find = manifests({ port: 9_100 });
    const { spec } = find('NetworkPolicy', 'app');
    expect(spec.podSelector).toEqual(find('Deployment', 'app').spec.selector);
    expect(spec.ingress).toEqual([
      {
        from: [{ podSelector: find('Deployment', 'app-web').spec.selector }],
        ports: [{ protocol: 'TCP', port: 9_100 }],
      },
    ]);
  });

  test('take no pod away before another is ready, and give it the time to end', () => {
    const { spec } = manifests()('Deployment', 'app');
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const { containers, terminationGracePeriodSeconds } = spec.template.spec;
    expect(containers[0].lifecycle.preStop.exec.command).toEqual(['sleep', '5']);
    expect(containers[0].command).toContain('--stop-timeout');
    expect(terminationGracePeriodSeconds).toBe(40);
  });

  test('ask for the health of the application, and for its life without its code', () => {
    const { spec } = manifests({ healthCheck: { path: '/health' } })('Deployment', 'app');
    const { livenessProbe, readinessProbe } = spec.template.spec.containers[0];
    expect(readinessProbe.exec.command).toEqual(['fcgi', 'ping', '127.0.0.1:9000', '--path', '/health']);
    expect(livenessProbe.exec.command).toEqual(['fcgi', 'ping', '127.0.0.1:9000']);
  });

  test.each(['app', 'app-web'])('give %s no more rights than a restricted namespace allows', (name) => {
    const { containers, securityContext } = manifests()('Deployment', name).spec.template.spec;
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
  });

  describe('with activeRequests', () => {
    const find = manifests({ activeRequests: 20, metricsNamespace: 'prometheus' });

    test('have more pods when these have more to do, by a metric of the rule for prometheus-adapter', () => {
      const { rules } = parse(prometheusAdapterRules()) as { rules: [{ name: { as: string } }] };
      const metrics = find('HorizontalPodAutoscaler', 'app').spec.metrics;
      expect(metrics).toMatchObject([
        { type: 'Resource' },
        {
          type: 'Pods',
          pods: {
            metric: { name: rules[0].name.as },
            target: { type: 'AverageValue', averageValue: '20' },
          },
        },
      ]);
    });

    test('let Prometheus read them where the application tells them, and nothing else', () => {
      const { ingress, podSelector, template } = {
        ...find('NetworkPolicy', 'app').spec,
        ...find('Deployment', 'app').spec,
      };
      const { containers } = template.spec;
      expect(podSelector).toBeDefined();
      expect(containers[0].command.join(' ')).toContain('--status-listen http://0.0.0.0:9090');
      expect(template.metadata.annotations).toMatchObject({ 'prometheus.io/port': '9090' });
      expect(ingress).toMatchObject([
        { ports: [{ port: 9_000 }] },
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'prometheus' } } }],
          ports: [{ port: 9_090 }],
        },
      ]);
    });
  });

  test('are checked by schemas that find what is wrong', () => {
    const wrong = kubernetesManifests({ image }).replace('maxUnavailable: 0', 'maxUnavailable: [0]');
    expect(() => checkManifests(wrong)).toThrow(/maxUnavailable/);
  });
});

test('a compose file has the configuration of the web server, with $ for Compose', () => {
  const file = parse(composeFile({ mount: '/shop' })) as { configs: { web: { content: string } } };
  const text = nginxConfig({ bind: '8080', keepAlive: false, listen: 'app:9000', mount: '/shop' });
  expect(file.configs.web.content).not.toBe(text);
  expect(file.configs.web.content.replaceAll('$$', '$')).toBe(text);
});

test('a container runs the same command wherever its recipe comes from', () => {
  const options = { allow: ['10.1.0.0/16'], app: 'dist/main.js', port: 9_100, processes: 4 };
  const command = [
    ...['fcgi', 'run', '--listen', '0.0.0.0:9100', '--allow', '127.0.0.1', '--allow', '10.1.0.0/16'],
    ...['--workers', '4', '--stop-timeout', '30', 'dist/main.js'],
  ];
  expect(containerFile(options)).toContain(`CMD ${JSON.stringify(command)}\n`);
  expect(manifests(options)('Deployment', 'app').spec.template.spec.containers[0].command).toEqual(command);
  const { services } = parse(composeFile(options)) as { services: { app: { command: string[] } } };
  expect(services.app.command).toEqual(command);
});

test.each<[string, object]>([
  ['image', { image: 'Not an image' }],
  ['image', {}],
  ['name', { image, name: 'Shop' }],
  ['name', { image, name: 'shop-' }],
  ['allow', { image, allow: [] }],
  ['allow', { image, allow: ['example.org'] }],
  ['app', { image, app: '/srv/server.js' }],
  ['app', { image, app: '--inspect' }],
  ['port', { image, port: 80 }],
  ['healthCheck.path', { image, healthCheck: { path: 'health' } }],
  ['maxReplicas', { image, maxReplicas: 2 }],
  ['activeRequests', { image, activeRequests: 0.5 }],
  ['metricsNamespace', { image, activeRequests: 5, metricsNamespace: 'Prometheus' }],
  ['metricsNamespace', { image, metricsNamespace: 'prometheus' }],
  ['port', { image, activeRequests: 5, port: 9_090 }],
  ['webServer', { image, webServer: 'caddy' }],
  ['static', { image, static: { prefix: '/a', folder: '/b' } }],
  ['mount', { image, mount: '/a b' }],
])('"%s" that is wrong is refused', (option, options) => {
  let refused: unknown;
  try {
    kubernetesManifests(options as Parameters<typeof kubernetesManifests>[0]);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(ConfigError);
  expect((refused as ConfigError).option).toBe(option);
});
