import { escapeXml } from './escape-xml.ts';

export const MARGIN = 14;

const CHARACTER = 7.4;

/** About as many pixels as a text takes. */
export const widthOf = (text: string) => Math.ceil(text.length * CHARACTER);

/** What follows a name in a line of a text. */
export function field(name: string, line: string): string {
  if (!line.startsWith(`${name}: `)) throw new Error(`expected a line "${name}: …", got "${line}"`);
  return line.slice(name.length + 2).trim();
}

/** Colours of the standalone file; a page that has it inside sets its own. */
const STYLE = `:root{--diagram-text:#213547;--diagram-line:#67676c;--diagram-box:#f0f0f3;--diagram-accent:#3451b2}
@media (prefers-color-scheme:dark){:root{--diagram-text:#dfdfd6;--diagram-line:#98989f;--diagram-box:#2b2b33;--diagram-accent:#a8b1ff}}`;

/** @param parts elements of SVG, later ones above earlier ones */
export function drawing(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="diagram" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-sans-serif,system-ui,sans-serif" font-size="13">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}
