import type { Field } from './choice.ts';
import type { Words } from './words/words.ts';

const secondsFields: readonly Field[] = [
  'healthCheck.interval',
  'slowStart',
  'timeouts.connect',
  'timeouts.idle',
  'timeouts.response',
  'timeouts.upload',
];

/** A refused value in the words of the form: "Prefix must …" instead of `option "mount": must …`. */
export function problemText(words: Words, field: Field | undefined, message: string): string {
  const [, option = '', reason = message] = /^option "([\w.]+)": (.+)$/.exec(message) ?? [];
  const label = field === undefined ? option : words.labels[field].text;
  if (field === 'maxBodySize') return words.refused(label, words.size);
  if (field !== undefined && secondsFields.includes(field)) return words.refused(label, words.seconds);
  const [pattern, translation] = words.reasons.find(([known]) => known.test(reason)) ?? [];
  const said = pattern === undefined ? reason : reason.replace(pattern, translation ?? '');
  return words.refused(label, withLabels(words, said));
}

/** What `@fcgi-js/configs` says of another option is about another field. */
function withLabels({ labels }: Words, text: string): string {
  return text.replace(/"(\w+)"/g, (quoted, option: string) =>
    option in labels ? `"${labels[option as Field].text}"` : quoted,
  );
}
