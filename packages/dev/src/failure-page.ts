import type { IncomingMessage } from 'node:http';
import { relative } from 'node:path';
import type { Failure, FailurePlace } from './failure.ts';
import { type Html, html, htmlPage, plainPage } from './html.ts';
import type { Page } from './replaceable-response.ts';
import { RESERVED } from './reserved.ts';

/** Polls, while the page is visible, whether the application has changed since. */
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

/** Differences from the page of an application that has not answered. */
export interface FailurePageOptions {
  /** Where what is written later is shown as well. */
  readonly later?: string;
  /** Default 500. */
  readonly status?: number;
}

/**
 * A failure as the client wants it: a page for browsers, text for others.
 *
 * @param folder that files are named from
 * @param version of the sources that have failed
 */
export function failurePage(
  failure: Failure,
  { headers, method }: IncomingMessage,
  folder: string,
  version: number,
  { later, status = 500 }: FailurePageOptions = {},
): Page {
  const { heading, message, text } = failure;
  if (!/\btext\/html\b/.test(headers.accept ?? '')) return plainPage(status, `${heading}\n\n${text}\n`);
  const canRepeat = method === 'GET' || method === 'HEAD';
  const body = html`<main data-version="${version}" data-again="${canRepeat ? 'yes' : 'no'}">
${account(failure, folder)}
<p class="dim" id="state" role="status">${canRepeat ? 'This page loads again when the application has changed.' : ''}</p>
<p>${later === undefined ? '' : html`<a href="${later}">With what it has written since</a> · `}<a href="${RESERVED}">Recent requests</a></p>
</main>`;
  return htmlPage(status, message ?? heading, body, RELOAD);
}

/**
 * The page about an answer that was sent: with what the application has written by now.
 *
 * @param url of the request
 */
export function pastFailurePage(failure: Failure, url: string, folder: string): Page {
  const body = html`<main>
${account(failure, folder)}
<p><a href="${sameOrigin(url)}">Send the request again</a> · <a href="${RESERVED}">Recent requests</a></p>
</main>`;
  return htmlPage(200, failure.message ?? failure.heading, body, '');
}

/** What a URL such as `//other.example` would not be. */
function sameOrigin(url: string): string {
  return url.replace(/^[/\\]+/, '/');
}

function account({ answer, heading, message, place, text }: Failure, folder: string): Html {
  return html`<p class="bad">${heading}</p>
<h1>${message ?? 'There is no error message.'}</h1>
${place === undefined ? '' : sourceOf(place, folder)}
<h2>What it wrote</h2>
<pre class="wrap" tabindex="0">${text === '' ? 'Nothing.' : text}</pre>
${
  answer === undefined
    ? ''
    : html`<h2>What it answered</h2>
<pre class="wrap" tabindex="0">${answer === '' ? 'Nothing.' : answer}</pre>`
}`;
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
