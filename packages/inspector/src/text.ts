// These are in the main entry, too. Programs that start often need not load all of it to show text or to hide secrets.
export { escapeLogText } from '@fcgi-js/client';
export { byteSize } from './byte-size.ts';
export { byteCount, decodeLatin1, decodeText, showBytes, startText } from './bytes-as-text.ts';
export { clock } from './clock.ts';
export { hideSecret, hideSecretsIn } from './secrets/hide-secrets.ts';
export { type Secrecy, secrecyOf, withEnvironments } from './secrets/secrecy.ts';
export { isSecretName } from './secrets/secret-names.ts';
export { jsonText, messageText } from './shown-text.ts';
