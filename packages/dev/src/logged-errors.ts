/** Whether a text has a line of a stack. */
export function hasStack(text: string): boolean {
  return /^\s{1,20}at \S/m.test(text);
}

/**
 * Log lines in JSON, as pino and its relatives write them, with the stack of their error as lines of text; others as they are.
 */
export function expandLoggedErrors(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('{') ? (stackIn(parseJson(line)) ?? line) : line))
    .join('\n');
}

/** The stack in a JSON value: of a log line, or of an answer. Some have it as a list of lines, without the message. */
export function stackIn(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { stack } = value;
  if (typeof stack === 'string' && hasStack(stack)) return stack;
  if (Array.isArray(stack) && stack.length > 0) {
    const lines = stack.map(String).map((line) => (line.startsWith('at ') ? `    ${line}` : line));
    return [...(typeof value['message'] === 'string' ? [`Error: ${value['message']}`] : []), ...lines].join(
      '\n',
    );
  }
  return stackIn(value['err']) ?? stackIn(value['error']);
}

/** `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A line that begins like JSON is text like any other.
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
