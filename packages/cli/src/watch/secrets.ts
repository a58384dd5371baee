/** Params whose values let others act in a user's name. */
const SECRET_PARAMS =
  /^(REDIRECT_)*HTTP_((PROXY_)?AUTHORIZATION|COOKIE|\w*(API_?KEY|PASSWORD|SECRET|TOKEN))$|^(AUTH_PASSWORD|PHP_AUTH_PW)$/i;
const SECRET_FIELDS = /^(set-cookie|(proxy-)?authorization|cookie|[\w-]*(api-?key|password|secret|token))$/i;

/** The value of a param, or in its place that it is hidden. */
export function paramToShow(name: string, value: string, showSecrets: boolean): string {
  return showSecrets || !SECRET_PARAMS.test(name) ? value : hidden(value);
}

/** The value of a header field, or in its place that it is hidden. */
export function fieldToShow(name: string, value: string, showSecrets: boolean): string {
  return showSecrets || !SECRET_FIELDS.test(name) ? value : hidden(value);
}

function hidden(value: string): string {
  return `(${value.length} characters, hidden)`;
}
