/** Params whose values let others act in a user's name. */
const SECRET_PARAMS =
  /^(REDIRECT_)*(HTTP_)?((PROXY_)?AUTHORIZATION|COOKIE|\w*(API_?KEY|PASSWORD|SECRET|TOKEN))$|^(AUTH_PASSWORD|PHP_AUTH_PW)$/i;
const SECRET_FIELDS = /^(set-cookie|(proxy-)?authorization|cookie|[\w-]*(api-?key|password|secret|token))$/i;

/** Whether the value of a param is a secret. */
export function isSecretParam(name: string): boolean {
  return SECRET_PARAMS.test(name);
}

/** Whether the value of a header field is a secret. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELDS.test(name);
}

/** The value of a param, or in its place that it is hidden. */
export function paramToShow(name: string, value: string, showSecrets: boolean): string {
  return showSecrets || !isSecretParam(name) ? value : hidden(value);
}

/** The value of a header field, or in its place that it is hidden. */
export function fieldToShow(name: string, value: string, showSecrets: boolean): string {
  return showSecrets || !isSecretField(name) ? value : hidden(value);
}

function hidden(value: string): string {
  return `(${value.length} characters, hidden)`;
}
