// Links in what is built: from page to page, to headings, to images and scripts.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * @param {string} folder with the files of a site
 * @returns {string[]} one line for each link inside the site that leads to no file, or to nothing in the page
 */
export function deadLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  );
  const pages = new Map(files.map((file) => [join(folder, file), readPage(join(folder, file))]));
  return [...pages].flatMap(([page, { links }]) => {
    const path = `/${relative(folder, page).split(sep).join('/')}`;
    return links
      .filter((link) => !leadsSomewhere(link, path, folder, pages))
      .map((link) => `${path}: ${link}`);
  });
}

/**
 * @typedef {object} BuiltPage
 * @property {ReadonlySet<string>} anchors
 * @property {string[]} links
 *
 * @param {string} file
 * @returns {BuiltPage}
 */
function readPage(file) {
  const html = readFileSync(file, 'utf8').replace(/<script\b[^>]*>.*?<\/script>/gs, (script) =>
    script.slice(0, script.indexOf('>')),
  );
  /** @param {RegExp} pattern */
  const values = (pattern) => [...html.matchAll(pattern)].map(([, value = '']) => decodeEntities(value));
  return {
    anchors: new Set(values(/\s(?:id|name)="([^"]*)"/g)),
    links: [...new Set(values(/\s(?:href|src)="([^"]*)"/g))],
  };
}

/** @param {string} text */
function decodeEntities(text) {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

/**
 * @param {string} link
 * @param {string} from the path of the page that has it
 * @param {string} folder
 * @param {ReadonlyMap<string, BuiltPage>} pages
 */
function leadsSomewhere(link, from, folder, pages) {
  const origin = 'http://site.invalid';
  const url = new URL(link, origin + from);
  if (url.origin !== origin) return true;
  const path = decodeURIComponent(url.pathname);
  const file = [path, `${path}.html`, `${path}index.html`]
    .map((candidate) => join(folder, candidate))
    .find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (file === undefined) return false;
  const anchor = decodeURIComponent(url.hash.slice(1));
  return anchor === '' || pages.get(file)?.anchors.has(anchor) !== false;
}
