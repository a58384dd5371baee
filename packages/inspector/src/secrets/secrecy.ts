import { hideSecret, hideSecretsIn, passwordsIn } from './hide-secrets.ts';
import { isSecretName } from './secret-names.ts';

/** How text that may hold secrets is shown. */
export interface Secrecy {
  /** The value of a param, a header field or an environment variable, ready to be shown. */
  value(name: string, value: string): string;
  /** Any other text, ready to be shown. */
  text(text: string): string;
}

const hiding: Secrecy = {
  value: (name, value) => (value !== '' && isSecretName(name) ? hideSecret(value) : hideSecretsIn(value)),
  text: hideSecretsIn,
};

const showing: Secrecy = { value: (_name, value) => value, text: (text) => text };

/**
 * The way to show text that may hold secrets.
 *
 * @param options `showSecrets: true` shows everything; otherwise each secret is replaced by its length, as
 *   {@link hideSecretsIn} does
 */
export function secrecyOf({ showSecrets }: { readonly showSecrets?: true }): Secrecy {
  return showSecrets === true ? showing : hiding;
}

/** Shorter values would be found everywhere. */
const SECRET_LENGTH = 6;

/**
 * Hides, wherever they occur, also the values of secrets in environments: an application may have printed them.
 *
 * @param secrecy returned unchanged where it shows secrets
 * @param environments variables by name. Values shorter than 6 characters are not searched for
 */
export function withEnvironments(
  secrecy: Secrecy,
  ...environments: ReadonlyArray<Readonly<Record<string, string | undefined>>>
): Secrecy {
  if (secrecy === showing) return showing;
  const known = environments
    .flatMap((environment) => Object.entries(environment))
    .flatMap(([name, value = '']) => (isSecretName(name) ? [value] : passwordsIn(value)))
    .filter((value) => value.length >= SECRET_LENGTH)
    .toSorted((one, other) => other.length - one.length);
  const hide = (text: string) =>
    known.reduce((rest, secret) => rest.replaceAll(secret, hideSecret(secret)), text);
  return {
    value: (name, value) => secrecy.value(name, hide(value)),
    text: (text) => secrecy.text(hide(text)),
  };
}
