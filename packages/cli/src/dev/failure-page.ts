import type { IncomingMessage } from 'node:http';
import { relative } from 'node:path';
import type { Failure, FailurePlace } from './failure.ts';
import { type Html, html, htmlPage, plainPage } from './html.ts';
import type { Page } from './replaceable-response.ts';
import { RESERVED } from './reserved.ts';

/** Looks now and then, while somebody looks at the page, whether the application has changed since. */
const RELOAD = `
const { version, again } = document.querySelector('main').dataset;
const note = document.querySelector('#state');
let timer = setInterval(async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch('${RESERVED}/state')).json();
    if (String(state.version) === version || !state.isSettled) return;
    clearInterval(timer);
    if (again === 'yes') location.reload();
    else note.textContent = 'The application has changed since. Send the request again.';
  } catch {
    note.textContent = 'fcgi dev does not answer. Has it ended, or started again? Then open the URL that it has printed.';
  }
}, 400);
`;

/**
 * A failure for whoever has made the request: a page for browsers, text for others.
 *
 * @param folder that files are named from
 * @param version of the sources that have failed
 */
export function failurePage(
  failure: Failure,
  { headers, method }: IncomingMessage,
  folder: string,
  version: number,
): Page {
  const { heading, message, place, text } = failure;
  if (!/\btext\/html\b/.test(headers.accept ?? '')) return plainPage(500, `${heading}\n\n${text}\n`);
  const canRepeat = method === 'GET' || method === 'HEAD';
  const body = html`<main data-version="${version}" data-again="${canRepeat ? 'yes' : 'no'}">
<p class="bad">${heading}</p>
<h1>${message ?? 'There is no error message.'}</h1>
${place === undefined ? '' : sourceOf(place, folder)}
<h2>What it wrote</h2>
<pre class="wrap" tabindex="0">${text === '' ? 'Nothing.' : text}</pre>
<p class="dim" id="state" role="status">${canRepeat ? 'This page loads again when the application has changed.' : ''}</p>
<p><a href="${RESERVED}">Recent requests</a></p>
</main>`;
  return htmlPage(500, message ?? heading, body, RELOAD);
}

function sourceOf({ column, file, line, lines }: FailurePlace, folder: string): Html {
  const name = relative(folder, file);
  const where = `${name.startsWith('..') ? file : name}:${line}${column === undefined ? '' : `:${column}`}`;
  const rows = lines.map(
    ([number, text]) =>
      html`<span class="${number === line ? 'here' : ''}"><span class="number">${number}</span>${text}</span>\n`,
  );
  return html`<h2 class="mono">${where}</h2>
<pre tabindex="0" aria-label="Source of ${where}">${rows}</pre>`;
}
