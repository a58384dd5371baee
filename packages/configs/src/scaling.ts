import { file } from './text.ts';
import type { Yaml } from './yaml.ts';
import { yamlLines } from './yaml.ts';

/** The port of the metrics in a container. */
export const METRICS_PORT = 9090;

/** What `fcgi run` counts for each worker, and the metric of a pod that becomes of it. */
const SERIES = 'fcgi_worker_requests_active';
const METRIC = 'fcgi_requests_active';

/** By which Prometheus finds a pod whose metrics it reads. */
export const scrapeAnnotations = {
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': String(METRICS_PORT),
  'prometheus.io/path': '/metrics',
};

/**
 * When there are more pods, and when fewer: by the load of their cores, which Kubernetes measures itself, and by the
 * requests under way, which tell of pods that wait for something else. The larger number of pods counts.
 *
 * @param activeRequests in a pod, on average; undefined for cores alone
 */
export function scalerMetrics(activeRequests: number | undefined): Yaml[] {
  const cores = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
  };
  if (activeRequests === undefined) return [cores];
  const target = { type: 'AverageValue', averageValue: String(activeRequests) };
  return [cores, { type: 'Pods', pods: { metric: { name: METRIC }, target } }];
}

/**
 * The rule by which prometheus-adapter gives Kubernetes the metric that `kubernetesManifests` with `activeRequests` scales
 * by: for its configuration file, or below `rules.custom` of its Helm chart. Prometheus has to know the namespace and the
 * name of a pod as the labels `namespace` and `pod`.
 */
export function prometheusAdapterRules(): string {
  const rule: Yaml = {
    seriesQuery: `${SERIES}{namespace!="",pod!=""}`,
    resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
    name: { matches: `^${SERIES}$`, as: METRIC },
    // Of all workers of a pod, over a minute: a moment would make the number of pods swing.
    metricsQuery: 'sum(avg_over_time(<<.Series>>{<<.LabelMatchers>>}[1m])) by (<<.GroupBy>>)',
  };
  return file(yamlLines({ rules: [rule] }));
}
