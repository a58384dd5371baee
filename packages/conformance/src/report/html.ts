import type { CheckResult, ConformanceReport } from '../result.ts';
import { escapeMarkup } from './escape-markup.ts';

const STYLE = `
body { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-top: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
pre { font-size: 13px; overflow-x: auto }
.failed td:first-child { border-left: 4px solid #c33 }
.passed td:first-child { border-left: 4px solid #383 }
.skipped td:first-child { border-left: 4px solid #999 }
`;

/** The report as one page without any other file: all checks, and of failures the records that passed. */
export function htmlReport(report: ConformanceReport): string {
  const { began, results, target } = report;
  const count = (outcome: CheckResult['outcome']) =>
    results.filter((each) => each.outcome === outcome).length;
  const rows = results.map(rowOf).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FastCGI conformance: ${escapeMarkup(target)}</title>
<style>${STYLE}</style>
<h1>FastCGI conformance</h1>
<p><code>${escapeMarkup(target)}</code>, ${escapeMarkup(began)}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped.</p>
<table>
<tr><th>Check</th><th>Level</th><th>Source</th><th>What was checked</th></tr>
${rows}
</table>
</html>
`;
}

function rowOf(result: CheckResult): string {
  const { expected, id, level, outcome, reason, right, source, title, transcripts } = result;
  const facts = [`<strong>${escapeMarkup(title)}</strong>`];
  if (reason !== undefined) facts.push(escapeMarkup(`${outcome}: ${reason}`));
  if (expected !== undefined) facts.push(escapeMarkup(`Expected: ${expected}`));
  if (outcome === 'failed') facts.push(escapeMarkup(`Right: ${right}`));
  const records = transcripts.map((lines) => `<pre>${escapeMarkup(lines.join('\n'))}</pre>`).join('');
  return `<tr class="${outcome}"><td>${id}</td><td>${level}</td><td>${escapeMarkup(source)}</td><td>${facts.join('<br>')}${records}</td></tr>`;
}
