import type { Exchange, Facts } from '../facts.ts';
import { stderrOf } from '../trial-words.ts';

export const NO_ANSWER = '502 (nginx, Caddy), 500 (Apache, lighttpd), 503 (h2o)';

/** Evidence for an error with one of these codes. */
export function failedWith({ answer, start }: Facts, ...codes: string[]): string[] {
  const { error } = answer ?? {};
  if (answer === undefined || error === undefined || !codes.includes(error.code)) return [];
  const { start: output } = answer;
  return [
    error.message,
    ...(output === undefined ? [] : [`the output starts with ${output}`]),
    ...shownBytes(answer),
    ...stderrOf(answer, start?.trial),
  ];
}

/** The first bytes, where they are no FastCGI. */
export function shownBytes({ firstBytes }: Exchange): string[] {
  return firstBytes === undefined ? [] : [`it begins with: ${firstBytes.slice(0, 80)}`];
}
