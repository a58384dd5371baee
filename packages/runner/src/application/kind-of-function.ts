/** What a function is called with: `(req, res)`, a `Request`, or something that is no request. */
export type FunctionKind = 'fetch' | 'listener' | 'other';

const REQUEST = /^_*re?q\d*$|request$|^incoming/i;
const RESPONSE = /^_*re?sp?\d*$|response$|^outgoing|^reply$/i;
/** What a minifier leaves of a name. */
const LETTER = /^_?[a-z]$/i;

/**
 * Tells by its parameters what an exported function is. It is not called: it may be what starts the application, a
 * command, or a handler of another platform, such as `(event, context)`.
 *
 * @param name that it was exported by
 */
export function kindOfFunction(value: (...args: never[]) => unknown, name: string): FunctionKind {
  const source = Function.prototype.toString.call(value);
  if (/^class\b/.test(source)) return 'other';
  if (name === 'fetch') return 'fetch';
  // Of bound and built-in functions only the number of parameters is known.
  if (source.endsWith('{ [native code] }')) return value.length >= 2 ? 'listener' : 'other';
  const [first, second] = parameterNames(source);
  if (first === undefined) return 'other';
  // `handler` is also what AWS Lambda calls, where programs are often minified.
  const isLetter = name !== 'handler' && LETTER.test(first);
  if (second === undefined) return REQUEST.test(first) || isLetter ? 'fetch' : 'other';
  if (REQUEST.test(first) || RESPONSE.test(second)) return 'listener';
  return isLetter && LETTER.test(second) ? 'listener' : 'other';
}

/** Names of parameters as they stand in the source of a function; a pattern is one name. */
function parameterNames(source: string): string[] {
  const text = source.replace(/\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|\/\/.*$/gm, '');
  const arrow = /^(?:async\s+)?(\w+)\s*=>/.exec(text);
  if (arrow?.[1] !== undefined) return [arrow[1]];
  const names: string[] = [''];
  let depth = 0;
  for (const character of text.slice(text.indexOf('('))) {
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0 && names.length > 0 && character === ')') break;
    if (character === ',' && depth === 1) names.push('');
    else if (depth > 0) names[names.length - 1] += character;
    if ('([{'.includes(character)) depth += 1;
  }
  return names
    .map((name) => name.replace(/=[\s\S]*/, '').trim())
    .filter((name) => name !== '' && !name.startsWith('...'));
}
