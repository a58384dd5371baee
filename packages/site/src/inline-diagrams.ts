import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { root } from '../../tooling/src/workspace.mjs';

/** Drawings of `docs/diagrams` become a part of the page, so that they have its colours, in the dark too. */
export function inlineDiagrams(markdown: MarkdownRenderer): void {
  const drawOthers = markdown.renderer.rules.image;
  markdown.renderer.rules.image = (tokens, place, options, env, self) => {
    const { path, realPath = path } = env as { path: string; realPath?: string };
    const source = tokens[place]?.attrGet('src') ?? '';
    const file = join(dirname(realPath), source);
    if (!/^docs\/diagrams\/[\w-]+\.svg$/.test(relative(root, file))) {
      return drawOthers?.(tokens, place, options, env, self) ?? self.renderToken(tokens, place, options);
    }
    const svg = readFileSync(file, 'utf8').replace(/<style>.*<\/style>\n/s, '');
    // Wider than a phone: it scrolls, with the keyboard too.
    return `<span class="diagram-frame" tabindex="0" role="group" aria-label="Diagram">${svg}</span>`;
  };
}
