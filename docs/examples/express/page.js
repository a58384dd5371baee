// The HTML of the example. Only plain strings: a template engine would teach nothing about FastCGI.

/** @type {Readonly<Record<string, string>>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {unknown} value */
function escapeHtml(value) {
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * @param {string} title
 * @param {ReadonlyArray<readonly [string, unknown]>} rows
 */
export function page(title, rows) {
  const table = rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}<td>${escapeHtml(value)}`).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }
  th { text-align: left; padding-right: 2em; font-weight: 500; vertical-align: top }
  td { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style>
<h1>${escapeHtml(title)}</h1>
<p>This answer travelled over FastCGI. What the application was told about the request:</p>
<table>
${table}
</table>
<h2>Try</h2>
<ul>
  <li><a href="/show/a%2Fb//c;d?e=%20f">a URL that many servers mangle</a>,
      <a href="/mounted/below">a mounted router</a>
  <li><a href="/stream">a streamed answer</a>, <a href="/file">a file</a>, <a href="/cookies">cookies</a>,
      <a href="/redirect">a redirect</a>
  <li><a href="/error">a handler that throws</a>, <a href="/nowhere">a page that is not there</a>
</ul>
<form method="post" action="/hello">
  <label>Your name <input name="name" autocomplete="name"></label> <button>POST it</button>
</form>
`;
}

/** @param {import('express').Request} req */
export function requestTable(req) {
  /** @type {Array<[string, unknown]>} */
  const rows = [
    ['method', req.method],
    ['originalUrl', req.originalUrl],
    ['baseUrl', req.baseUrl],
    ['url', req.url],
    ['path', req.path],
    ['query', JSON.stringify(req.query)],
    ['protocol', req.protocol],
    ['HTTP version', req.httpVersion],
    ['client address', req.socket.remoteAddress],
  ];
  for (const [name, value] of Object.entries(req.headers)) rows.push([`${name}:`, value]);
  return rows;
}
