import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Has monitoring look into `node:http`. It waits for a module that requires that, and changes its classes then; an application that is
 * a listener alone, or an ES module, may not have required it.
 */
export function askForHttp(): void {
  require('node:http');
}
