/** Reads the first word of a line as a product does: gives its value and what follows it. Fails where it would fail. */
export type ReadWord = (line: string) => readonly [value: string, rest: string];

interface Grammar {
  /** The only characters that a backslash changes, and into what; others keep their backslash. */
  readonly escapes?: Readonly<Record<string, string>>;
  /** What ends a word without quotes. */
  readonly ends: RegExp;
  /** Makes the value, or throws: for characters that mean something. */
  readonly meaning?: (value: string, quote: string) => string;
  readonly quotes: string;
}

/** Words that are quoted as a whole or not at all. */
function reader({ ends, escapes = {}, meaning = (value) => value, quotes }: Grammar): ReadWord {
  return (line) => {
    const quote = quotes.includes(line.charAt(0)) ? line.charAt(0) : '';
    let value = '';
    let at = quote.length;
    for (; at < line.length; at += 1) {
      const character = line.charAt(at);
      if (quote === '' ? ends.test(character) : character === quote) break;
      const escaped = character === '\\' && quote !== "'" ? escapes[line.charAt(at + 1)] : undefined;
      value += escaped ?? character;
      if (escaped !== undefined) at += 1;
    }
    if (quote !== '' && line.charAt(at) !== quote) throw new Error(`${quote} is not closed: ${line}`);
    return [meaning(value, quote), line.slice(at + quote.length)];
  };
}

function without(forbidden: RegExp) {
  return (value: string) => {
    if (forbidden.test(value)) throw new Error(`${JSON.stringify(value)} has a meaning`);
    return value;
  };
}

function unpercent(value: string): string {
  if (/%(?!%)/.test(value.replaceAll('%%', ''))) throw new Error(`${value} has a specifier`);
  return value.replaceAll('%%', '%');
}

/** Words of `sh`: parts in single quotes, parts without, and characters with a backslash. */
const shell: ReadWord = (line) => {
  const match = /^(?:'[^']*'|\\'|[\w./-])+/.exec(line);
  if (match === null) throw new Error(`no word: ${line}`);
  const value = match[0].replace(
    /'([^']*)'|\\(')/g,
    (_, inside?: string, escaped?: string) => inside ?? escaped ?? '',
  );
  return [value, line.slice(match[0].length)];
};

const both = { '"': '"', '\\': '\\' };

/** One reader for each function of `src/quote.ts`, written after the product's documentation and source. */
export const readWord = {
  // ngx_conf_read_token: \t, \r and \n are characters, ${…} and $… are variables.
  nginx: reader({
    quotes: `"'`,
    ends: /[\s;{}]/,
    escapes: { ...both, "'": "'", n: '\n', r: '\r', t: '\t' },
    meaning: without(/\$/),
  }),
  // ap_getword_conf, after ap_resolve_env.
  apache: reader({ quotes: `"'`, ends: /\s/, escapes: both, meaning: without(/[$%]\{/) }),
  // config_tokenizer.
  lighttpd: reader({ quotes: '"', ends: /./, escapes: { '"': '"' } }),
  // caddyfile/lexer.go, and placeholders.
  caddy: reader({ quotes: '"`', ends: /\s/, escapes: { '"': '"' }, meaning: without(/[{}]/) }),
  yaml: (line) => {
    const end = /^"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '';
    return [JSON.parse(end) as string, line.slice(end.length)];
  },
  // parse_line: $ is a variable in double quotes only, nothing has a meaning in single quotes.
  haproxy: reader({ quotes: "'", ends: /[\s#"\\']/ }),
  shell,
  cherokee: (line) => [line.replace(/ next$/, ''), ' next'],
  xml: (line) => {
    const end = /^"[^"<&]*(?:&(?:quot|amp|lt|gt);[^"<&]*)*"/.exec(line)?.[0] ?? '';
    if (end === '') throw new Error(`no attribute: ${line}`);
    const entities: Record<string, string> = { quot: '"', amp: '&', lt: '<', gt: '>' };
    return [
      end.slice(1, -1).replace(/&(\w+);/g, (_, name: string) => entities[name] ?? ''),
      line.slice(end.length),
    ];
  },
  // ConfigParser cuts comments off before shlex sees quotes.
  supervisor: (line) => {
    const [value, rest] = shell(line.replaceAll('%%', '\u0001').replace(/\s[;#].*$/, ''));
    if (value.includes('%')) throw new Error(`${line} has an expansion`);
    return [value.replaceAll('\u0001', '%'), rest];
  },
  // The same with a lexer that knows no escapes, and strips all quotes from both ends.
  supervisorVariable: (line) => {
    const [value, rest] = reader({ quotes: '"', ends: /./, meaning: unpercent })(
      line.replace(/\s[;#].*$/, ''),
    );
    return [value.replace(/^["']+|["']+$/g, ''), rest];
  },
  // extract_first_word, specifiers, and variables of commands.
  systemd: reader({
    quotes: `"'`,
    ends: /\s/,
    escapes: { ...both, "'": "'", n: '\n', t: '\t', s: ' ' },
    meaning: (value) =>
      without(/\$(?!\$)/)(unpercent(value).replaceAll('$$', '\u0001')).replaceAll('\u0001', '$'),
  }),
  systemdVariable: reader({
    quotes: `"'`,
    ends: /\s/,
    escapes: { ...both, "'": "'", n: '\n', t: '\t', s: ' ' },
    meaning: unpercent,
  }),
} satisfies Record<string, ReadWord>;
