import { escapeLogText } from '@fcgi-js/client';

/** As in `escapeLogText`, but for the ends of lines and tabs, which messages have. */
const UNSHOWN = /(?![\n\t]|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A message of several lines for a terminal, in which a path, an argument or an error of the system may stand: nothing
 * in it is obeyed by the terminal, invisible, or turned around. For one line of text from outside there is `escapeLogText`.
 */
export function messageText(message: string): string {
  return message.replace(UNSHOWN, (character) => escapeLogText(character));
}

/**
 * JSON in which nothing is left that a terminal obeys, or that is invisible or turned around: it is escaped as JSON has it.
 *
 * @param indent blanks for each level; without it the JSON is one line
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSHOWN, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      const unit = character.charCodeAt(index);
      return `\\u${unit.toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
