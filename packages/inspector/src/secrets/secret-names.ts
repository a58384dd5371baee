/** Parts of words that promise a secret, wherever they stand in a name. */
const ANYWHERE =
  /APIKEY|AUTHORIZATION|BEARER|COOKIE|CREDENTIAL|CSRF|JWT|PASSCODE|PASSPHRASE|PASSWD|PASSWORD|SECRET|SESSID|SESSIONID|SIGNATURE|TOKEN|XSRF/;
/** Words that do so together. */
const TOGETHER =
  /(?:^|_)(?:(?:ACCESS|API|AUTH|PRIVATE)_KEY|AUTH_(?:DIGEST|DATA)|OIDC_DATA|PASS|PWD|SAML_?(?:REQUEST|RESPONSE)|SESSION_ID|WEBSOCKET_PROTOCOL)(?:_|$)/;
/** Words that do so at the end of a name. */
const AT_END =
  /(?:^|_)(?:ASSERTION|AUTH|AUTHENTICATION|KEYS?|OTP|PASS|PIN|PW|PWD|SESSION|SID|SIG|TICKET|(?:ACCESS|API|AUTH|MASTER|PRIVATE|SECRET|SHARED)KEY|(?:ADMIN|DB|FTP|LDAP|MAIL|MYSQL|PG|REDIS|ROOT|SMTP|USER)(?:PASS|PWD))$/;

/** These only look like secrets: a line that Apache prints below its pages, and the working directory. */
const NONE: ReadonlySet<string> = new Set(['PWD', 'SERVER_SIGNATURE', 'REDIRECT_SERVER_SIGNATURE']);

/**
 * Whether values of this name are secrets, such as passwords, session cookies, keys and tokens.
 *
 * @param name of a param, a header field, an environment variable, a query parameter or a member of JSON, in any case:
 *   `HTTP_COOKIE`, `X-Api-Key`, `dbPassword`
 */
export function isSecretName(name: string): boolean {
  if (NONE.has(name)) return false;
  const words = name
    .replace(/[a-z\d](?=[A-Z])/g, '$&_')
    .toUpperCase()
    .replace(/[^A-Z\d]/g, '_')
    // Cookie2, X-Hub-Signature-256.
    .replace(/\d/g, '')
    .replace(/_{1,4}$/, '');
  return ANYWHERE.test(words) || TOGETHER.test(words) || AT_END.test(words);
}

/** Whether what follows the name of a header field is a secret to the end of its line, blanks and all. */
export function isSecretLine(name: string): boolean {
  return /AUTHORIZATION|COOKIE/i.test(name);
}
