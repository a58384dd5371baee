import { randomBytes } from 'node:crypto';
import type { Page } from './replaceable-response.ts';

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | number | string | undefined | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML of a template; what is put into it is text, unless it is HTML itself. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(String.raw({ raw: strings }, ...contents.map(toHtml)));
}

function toHtml(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(toHtml).join('');
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** What keeps others from reading, framing or caching what is for the developer. */
const PRIVATE_HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** A page of its own: it loads nothing, and may ask only where it came from. */
export function htmlPage(status: number, title: string, body: Html, script: string): Page {
  const nonce = randomBytes(16).toString('base64');
  const { text } = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style nonce="${nonce}">${new Html(STYLE)}</style>
${body}
<script nonce="${nonce}">${new Html(script)}</script>
</html>
`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const type = 'text/html; charset=utf-8';
  return {
    status,
    body: text,
    headers: { ...PRIVATE_HEADERS, 'Content-Security-Policy': policy, 'Content-Type': type },
  };
}

/** A page that is text or JSON. */
export function plainPage(status: number, body: string, type = 'text/plain'): Page {
  return { status, body, headers: { ...PRIVATE_HEADERS, 'Content-Type': `${type}; charset=utf-8` } };
}

/** Colours have a contrast of at least 4.5 on their ground, in light and dark. */
const STYLE = `
:root { --ground: #fff; --text: #1b1f24; --dim: #57606a; --line: #d0d7de; --panel: #f6f8fa; --bad: #b3261e; --warn: #8a5300;
  --good: #1a7f37; --link: #0550ae; --mark: #ffebe9; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --text: #e6edf3; --dim: #9aa4ae; --line: #30363d; --panel: #161b22; --bad: #ff8a80; --warn: #e3b341;
    --good: #56d364; --link: #79b8ff; --mark: #4a1d1b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
a { color: var(--link); }
code, pre, .mono { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; margin: 0; }
.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); } .dim { color: var(--dim); }
.number { color: var(--dim); user-select: none; display: inline-block; width: 4ch; text-align: right; margin-right: 1.5ch; }
.here { background: var(--mark); display: inline-block; min-width: 100%; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-bottom: 1px solid var(--line); }
summary { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem .25rem; cursor: pointer; }
summary:hover { background: var(--panel); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
summary .url { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
summary::before { content: "\\25B8"; color: var(--dim); width: 1ch; }
details[open] > summary::before { content: "\\25BE"; }
.inside { padding: 0 .25rem 1rem 1.75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .15rem .75rem .15rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; color: var(--dim); }
th { white-space: nowrap; }
th[scope=row] { width: 1%; }
td { overflow-wrap: anywhere; min-width: 9rem; }
.records td:not(:last-child) { white-space: nowrap; min-width: 0; }
.table { overflow-x: auto; }
@media (max-width: 40rem) { .inside { padding-left: .25rem; } th, td { padding-right: .5rem; } }
`;
