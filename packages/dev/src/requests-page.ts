import { byteCount } from '@fcgi-js/inspector';
import { clock } from '@fcgi-js/inspector/text';
import { type Html, html, htmlPage, plainPage } from './html.ts';
import type { RecentRequest } from './recent-requests.ts';
import type { Page } from './replaceable-response.ts';
import { RESERVED } from './reserved.ts';

/** Takes over what is new, and leaves open what is open. */
const FOLLOW = `
// The key is not for bookmarks, nor for who looks over a shoulder.
if (location.search !== '') history.replaceState(null, '', location.pathname);
const list = document.querySelector('ol');
const note = document.querySelector('#state');
let revision = document.querySelector('main').dataset.revision;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch('${RESERVED}/state')).json();
    note.textContent = '';
    if (String(state.requests) === revision) return;
    revision = String(state.requests);
    const text = await (await fetch('${RESERVED}/list')).text();
    const wanted = [...new DOMParser().parseFromString(text, 'text/html').querySelectorAll('li')];
    document.querySelector('#empty').hidden = wanted.length > 0;
    for (const item of [...list.children]) if (!wanted.some(({ id }) => id === item.id)) item.remove();
    for (const item of wanted.reverse()) {
      const old = document.getElementById(item.id);
      if (old?.dataset.state === item.dataset.state) continue;
      const isOpen = old?.querySelector('details').open === true;
      const hasFocus = old?.contains(document.activeElement) === true;
      item.querySelector('details').open = isOpen;
      if (old === null) list.prepend(item);
      else old.replaceWith(item);
      if (hasFocus) item.querySelector('summary').focus();
    }
  } catch {
    note.textContent = 'fcgi dev does not answer. Has it ended, or started again? Then open the URL that it has printed.';
  }
}, 500);
`;

/** The page that shows what has passed between the gateway and the application. */
export function requestsPage(latest: readonly RecentRequest[], revision: number): Page {
  const body = html`<main data-revision="${revision}">
<h1>Recent requests</h1>
<p class="dim">What has passed between the gateway and the application over FastCGI, the latest first. Values that let others act in a user's name are hidden.</p>
<p class="warn" id="state" role="status"></p>
<p id="empty" ${latest.length > 0 ? 'hidden' : ''}>There have been none yet.</p>
${listOf(latest)}
</main>`;
  return htmlPage(200, 'Recent requests', body, FOLLOW);
}

/** The list alone, for the page to take over what is new. */
export function requestsList(latest: readonly RecentRequest[]): Page {
  return plainPage(200, listOf(latest).text, 'text/html');
}

function listOf(latest: readonly RecentRequest[]): Html {
  return html`<ol>${latest.map(item)}</ol>`;
}

function item(request: RecentRequest): Html {
  const {
    began,
    bodyLength,
    fields,
    findings,
    method,
    milliseconds,
    notes,
    number,
    params,
    status,
    stderr,
    url,
  } = request;
  const isOver = milliseconds !== undefined;
  const kind = !isOver
    ? 'dim'
    : status === undefined || status >= 500
      ? 'bad'
      : status >= 400
        ? 'warn'
        : 'good';
  return html`<li id="r${number}" data-state="${isOver ? 'over' : request.records.length + request.recordsLeftOut}">
<details><summary class="mono"><span class="dim">${clock(began)}</span><span class="url">${method} ${url}</span>
<span class="${kind}">${status ?? (isOver ? 'no head' : 'under way')}${notes.map((note) => `, ${note}`)}</span>
<span class="dim">${isOver ? `${milliseconds} ms, ${byteCount(bodyLength)}` : ''}</span></summary>
<div class="inside">
${findings.map(({ level, message, rule }) => html`<p class="${level === 'error' ? 'bad' : 'warn'}">${message}${rule === undefined ? '' : ` (${rule})`}</p>`)}
${stderr === '' ? '' : html`<h2>STDERR</h2><pre class="wrap" tabindex="0">${stderr}</pre>`}
${table('Params', params)}
${table('Head of the response', fields)}
${recordTable(request)}
</div></details></li>
`;
}

function table(title: string, rows: ReadonlyArray<readonly [string, string]>): Html | string {
  if (rows.length === 0) return '';
  const lines = rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return html`<h2>${title}</h2><div class="table" tabindex="0"><table class="mono">${lines}</table></div>`;
}

function recordTable({ records, recordsLeftOut }: RecentRequest): Html {
  const lines = records.map(
    ({ after, description, direction, id, length, type }) =>
      html`<tr><td>${after}</td><td>${direction === 'to-application' ? 'to the application' : 'from it'}</td><td>${type}</td><td>${id}</td><td>${length}</td><td>${description}</td></tr>`,
  );
  const more = recordsLeftOut === 0 ? '' : html`<p class="dim">${recordsLeftOut} more are not kept.</p>`;
  return html`<h2>Records</h2><div class="table" tabindex="0"><table class="mono records">
<tr><th scope="col">ms</th><th scope="col">direction</th><th scope="col">type</th><th scope="col">id</th><th scope="col">length</th><th scope="col">content</th></tr>
${lines}</table></div>${more}`;
}
