import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { skipReason } from '../../../tooling/src/system-packages.mjs';
import { renderOpenMetrics } from '../../src/status/render-openmetrics.ts';
import { parseOpenMetrics } from './openmetrics.ts';
import { SNAPSHOT, statusOf } from './support.ts';

/** Prints the names and types of what it reads. */
const program = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    print(family.name, family.type)
`;

/** Rejects with what the parser of Prometheus' own Python client says against the text. */
function read(text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile('/usr/bin/python3', ['-c', program], (error, stdout) => {
      if (error === null) resolve(stdout.trim().split('\n'));
      else reject(error);
    });
    child.stdin?.end(text);
  });
}

const missing = skipReason('prometheus_client');
test.skipIf(missing)(
  `the client of Prometheus reads our OpenMetrics${missing ? ` (${missing})` : ''}`,
  async () => {
    const text = renderOpenMetrics(statusOf({ ...SNAPSHOT, name: 'a"b\\c\nd' }));
    const ours = [...parseOpenMetrics(text)].map(([name, { type }]) => `${name} ${type}`);
    expect(await read(text)).toEqual(ours);
    await expect(read(text.replace('# EOF\n', ''))).rejects.toThrow('Missing # EOF');
  },
);
