/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export interface Sample {
  readonly labels: Labels;
  /** What its name has after that of the metric, as `_total`; empty for a gauge. */
  readonly suffix: '' | '_bucket' | '_count' | '_sum' | '_total';
  readonly value: number;
}

/** A metric with all its values. */
export interface MetricFamily {
  readonly help: string;
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly type: 'counter' | 'gauge' | 'histogram';
}

/** The text that Prometheus and others of its kind read: OpenMetrics 1.0, "Text format". */
export function openMetricsText(families: Iterable<MetricFamily>): string {
  let text = '';
  for (const { help, name, samples, type } of families) {
    text += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
    for (const { labels, suffix, value } of samples) {
      text += `${name}${suffix}${labelText(labels)} ${value}\n`;
    }
  }
  return `${text}# EOF\n`;
}

/** A number as the label `le` has it: always with a point. */
export function bucketLimit(limit: number): string {
  if (limit === Infinity) return '+Inf';
  return Number.isInteger(limit) ? `${limit}.0` : `${limit}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
