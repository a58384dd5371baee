/** One known fault each: its name, the check that finds it, and where it was real, the software that had it. */
export const faults = [
  ['never-answers', 101],
  ['version-2', 102],
  ['low-byte-of-ids', 103],
  ['sends-data', 104],
  ['ends-twice', 105],
  ['stdout-after-end', 106],
  ['end-of-4-bytes', 107],
  ['complete-is-overloaded', 108],
  ['memory-in-end', 109], // php-fpm
  ['memory-in-header', 110],
  ['memory-in-padding', 111],
  ['no-stdout-end', 112], // php-fpm
  ['stdout-after-its-end', 113],
  ['stderr-without-end', 114],
  ['no-blank-line', 115],
  ['no-cgi-field', 116],
  ['status-in-words', 117],
  ['two-content-types', 118],
  ['http-status-line', 119],
  ['no-content-type', 120],
  ['connection-field', 121],
  ['never-closes', 130],
  ['keep-conn-typo', 131], // fastcgi-stream 1.0.0
  ['ids-once', 132],
  ['keeps-once-kept', 134],
  ['flags-not-zero', 135],
  ['flags-one', 136],
  ['reserved-of-begin', 137],
  ['dies-of-cut-header', 140],
  ['dies-of-cut-params', 142],
  ['dies-of-cut-body', 144],
  ['lost-half-close', 495], // node-fastcgi 2.0.0
  ['waits-for-next-record', 147],
  ['one-connection-at-a-time', 148],
  ['needs-whole-headers', 203],
  ['closes-at-split-pairs', 211], // php-fpm
  ['signed-lengths', 215],
  ['one-request-per-read', 217],
  ['padding-of-begin', 220], // libfcgi, php-fpm
  ['padding-of-params', 221],
  ['padding-of-empty-params', 222],
  ['padding-of-stdin', 223],
  ['padding-of-empty-stdin', 224],
  ['signed-padding', 225],
  ['padding-over-8', 225],
  ['padding-of-management', 226],
  ['padding-of-abort', 227],
  ['reserved-byte', 229],
  ['sizes-of-16-bits', 230], // HAProxy before 3.2.20
  ['executes-padding', 231],
  ['ids-of-one-byte', 242],
  ['signed-ids', 244],
  ['closes-at-late-params', 245],
  ['closes-at-late-stdin', 246], // php-fpm
  ['closes-at-late-data', 247],
  ['answers-stray-aborts', 248],
  ['closes-at-late-ends', 249],
  ['one-request-a-connection', 251],
  ['one-connection-of-params', 424],
  ['dies-of-active-id', 254],
  ['dies-of-begin-of-id-0', 255],
  ['dies-of-streams-of-id-0', 256],
  ['dies-of-version-0', 258],
  ['dies-of-short-begin', 262],
  ['no-get-values', 270],
  ['values-with-id-1', 270],
  ['get-values-needs-padding', 271], // libfcgi
  ['all-values', 272],
  ['unknown-values', 273],
  ['values-in-words', 274],
  ['mpxs-yes', 275],
  ['no-empty-get-values', 276],
  ['get-values-one-byte-lengths', 277],
  ['closes-after-get-values', 278],
  ['get-values-ends-requests', 280],
  ['values-of-prototype', 281],
  ['no-unknown-type', 282],
  ['unknown-type-names-11', 283],
  ['unknown-type-with-id-1', 282],
  ['unknown-type-of-1-byte', 284],
  ['closes-after-unknown-type', 286],
  ['unknown-type-ends-request', 287],
  ['dies-of-unknown-type', 288],
  ['dies-of-type-0', 289],
  ['dies-of-end-request', 291],
  ['dies-of-stdout', 292],
  ['dies-of-unknown-type-reply', 293],
  ['dies-of-lying-values', 294],
  ['any-role', 300],
  ['roles-of-one-byte', 303],
  ['unknown-role-closes', 306],
  ['abort-at-begin-ignored', 310],
  ['aborts-ignored', 312],
  ['aborts-within-body-ignored', 313],
  ['aborts-end-twice', 312],
  ['stray-answer-after-abort', 315],
  ['aborted-twice-ends-twice', 316],
  ['abort-keeps-connection', 317],
  ['short-bodies-hang', 322],
  ['dies-of-negative-lengths', 324],
  ['dies-of-long-lengths', 328],
  ['unread-bodies-are-records', 330], // php-fpm before 8.2.36
  ['bodies-without-length-are-records', 332],
  ['lengths-read-loosely', 339], // php-fpm before 8.2.36
  ['executes-late-stdin', 343],
  ['dies-of-lying-lengths', 365], // libfcgi, CVE-2025-23016
  ['dies-of-cut-lengths', 368],
  ['no-answer-to-empty-params', 372],
  ['dies-of-many-management-records', 380],
  ['dies-of-many-begins', 383],
  ['params-of-8000-records', 388],
  ['dies-of-many-connections', 391],
  ['values-of-127-bytes', 402],
  ['values-of-64-kb', 405],
  ['names-of-127-bytes', 407],
  ['params-by-record', 411], // node-fastcgi 2.0.0
  ['utf8-values', 414],
  ['values-trimmed', 415],
  ['params-of-prototype', 418],
  ['params-stay', 419],
  ['first-params-win', 420],
  ['bodies-as-text', 431],
  ['bodies-of-64-kb', 433],
  ['half-read-bodies-are-records', 447],
  ['big-answers-cut', 462],
  ['known-statuses-only', 473],
  ['body-after-204', 474],
  ['head-with-body', 476],
  ['relative-redirect', 477],
  ['cookies-folded', 478],
  ['stderr-in-stdout', 480],
  ['app-status-of-1-byte', 484],
  ['status-stays', 486],
  ['writes-after-abort', 491], // net/http/fcgi of Go
] as const;

/** A fault that a `Reference` can have. */
export type Fault = (typeof faults)[number][0] | 'bodies-as-nothing';

/** An application that may have a fault, as its connections and its answers see it. */
export interface FaultyApplication {
  appStatus: number;
  /** What some faults let requests see of each other. */
  readonly shared: Array<readonly [string, string]>;
  /** As a process that crashes. */
  die(): void;
  has(fault: Fault): boolean;
}
