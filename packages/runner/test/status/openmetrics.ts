/** A metric of OpenMetrics text with its samples. */
export interface Family {
  readonly samples: Sample[];
  readonly type: string;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly value: number;
}

/** What names of samples may have after the name of their metric, by its type (OpenMetrics 1.0, "Suffixes"). */
const SUFFIXES: Readonly<Record<string, RegExp>> = {
  counter: /^_total$/,
  gauge: /^$/,
  histogram: /^(_bucket|_count|_sum)$/,
};

const LABEL = String.raw`[a-z_]\w*="(?:[^"\\\n]|\\[\\"n])*"`;
const SAMPLE = new RegExp(String.raw`^([a-z_:][\w:]*)(?:\{(${LABEL}(?:,${LABEL})*)\})? (\S+)$`, 'i');
const NAME_AND_VALUE = /([a-z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"/gi;

/**
 * Reads OpenMetrics text strictly, and breaks off at whatever the specification does not allow: a line of another kind, samples without their metric,
 * a name with a wrong suffix, the same twice, or no `# EOF` at the end.
 */
export function parseOpenMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('There is no # EOF at the end.');
  const families = new Map<string, Family>();
  const known = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const once = line.startsWith('# ') ? line.split(' ', 3).join(' ') : line.replace(/ \S+$/, '');
    if (known.has(once)) throw new Error(`It is there twice: ${line}`);
    known.add(once);
    const [, type] = /^# TYPE \S+ (counter|gauge|histogram)$/.exec(line) ?? [];
    if (/^# (HELP|UNIT) \S+ /.test(line)) continue;
    if (type !== undefined) {
      current = line.split(' ')[2] ?? '';
      families.set(current, { samples: [], type });
      continue;
    }
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    const family = families.get(current);
    if (family === undefined || !name.startsWith(current)) throw new Error(`It has no metric: ${line}`);
    if (!SUFFIXES[family.type]?.test(name.slice(current.length)))
      throw new Error(`It has a wrong name: ${line}`);
    if (value === '' || !Number.isFinite(Number(value))) throw new Error(`It has no value: ${line}`);
    const pairs = [...labels.matchAll(NAME_AND_VALUE)].map(
      ([, label = '', text = '']) => [label, text] as const,
    );
    family.samples.push({ labels: Object.fromEntries(pairs), name, value: Number(value) });
  }
  return families;
}
