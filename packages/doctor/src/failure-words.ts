/** Levels that loggers write, in brackets (nginx, Apache) or as JSON. */
const BAD_LEVEL =
  /\[(?:[\w-]+:)?(?:error|crit|alert|emerg)\]|"level":\s?"(?:error|fatal|panic)"|"level":\s?[56]0\b/i;
const GOOD_LEVEL =
  /\[(?:[\w-]+:)?(?:notice|info|debug|trace\d)\]|"level":\s?"(?:info|debug|trace)"|"level":\s?[123]0\b|\b(?:NOTICE|INFO|DEBUG):/i;

/** Of an access log: everything is fine below 500. */
const ACCESS = /"[A-Z]+ \S+ HTTP\/[\d.]+" (\d{3}) /;
/** Of a log of HAProxy: status, bytes, two cookies, and how the request ended. */
const HAPROXY = / (-1|\d{3}) \d+ \S+ \S+ ([A-Za-z-]{2})\S\S \d+\/\d+\//;

/** Modules of web servers that write when something is wrong, without a level. */
const SOURCES = /\((?:gw_backend|mod_fastcgi)\.c\.\d+\)|\[lib\/handler\/fastcgi\.c\]/;
/** Of whatever level: what these say goes on in a web server that serves everything. */
const HARMLESS =
  /AH10159: |gw-server re-enabled|new proc, socket|released proc|got proc|idle-timeout reached|overload detected|--- gw spawning|handling the request using|connect succeeded/;

const WORDS =
  /\b(?:errors?|fail(?:ed|s|ure)?|fatal|denied|refused|tim(?:ed|e)[ -]?out|cannot|can't|could(?:n't| not)|unable|not found|no such|invalid|killed|segfault|panic|abort(?:ed|ing)?|exception|crash(?:ed)?|unexpected(?:ly)?|premature(?:ly)?|exceed(?:s|ed)?|too (?:many|large|big|long)|not allowed|not permitted|forbidden|broken pipe|reset by peer|exhausted|overflow|mismatch)\b/i;

/** Whether a line of a log is about something that has failed, as far as its level and its words show it. */
export function saysFailure(line: string): boolean {
  // Stack traces: what they belong to is in the line before.
  if (/^\s/.test(line)) return false;
  const access = ACCESS.exec(line);
  if (access !== null) return Number(access[1]) >= 500;
  const haproxy = HAPROXY.exec(line);
  if (haproxy !== null) return haproxy[2] !== '--' && haproxy[2] !== 'LR';
  if (HARMLESS.test(line)) return false;
  if (BAD_LEVEL.test(line)) return true;
  if (GOOD_LEVEL.test(line)) return false;
  return SOURCES.test(line) || WORDS.test(line);
}
