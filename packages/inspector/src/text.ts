// These are in the main entry, too. Programs that start often need not load all of it to show text or to hide secrets.
export { byteCount, decodeLatin1, decodeText, showBytes, startText } from './bytes-as-text.ts';
export { hideSecret, hideSecretsIn } from './secrets/hide-secrets.ts';
export { type Secrecy, secrecyOf, withEnvironments } from './secrets/secrecy.ts';
export { isSecretName } from './secrets/secret-names.ts';
