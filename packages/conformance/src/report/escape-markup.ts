const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};

/** Text for HTML or XML. Control characters have no place in XML, not even as entities. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/["&'<>]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[^\t\n\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd');
}
