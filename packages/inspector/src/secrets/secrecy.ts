import { hidden, hideInText, passwordsIn } from './hide-in-text.ts';
import { isSecretName } from './secret-names.ts';

/** What a command does with secrets that it would print. */
export interface Secrecy {
  /** The value of a param, a header field or a variable of the environment, as it is to be shown. */
  value(name: string, value: string): string;
  /** Any other text, as it is to be shown. */
  text(text: string): string;
}

const hiding: Secrecy = {
  value: (name, value) => (value !== '' && isSecretName(name) ? hidden(value) : hideInText(value)),
  text: hideInText,
};

const showing: Secrecy = { value: (_name, value) => value, text: (text) => text };

/** @param showSecrets `--show-secrets`: without it, secrets are hidden, and how long they are is told */
export function secrecyOf({ showSecrets }: { readonly showSecrets?: true }): Secrecy {
  return showSecrets === true ? showing : hiding;
}

/** Shorter values would be found everywhere. */
const SECRET_LENGTH = 6;

/**
 * Hides besides, wherever they are, the values that secrets have in environments: the application may have printed them.
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
    known.reduce((rest, secret) => rest.replaceAll(secret, hidden(secret)), text);
  return {
    value: (name, value) => secrecy.value(name, hide(value)),
    text: (text) => secrecy.text(hide(text)),
  };
}
