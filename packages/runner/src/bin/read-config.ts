import { pathToFileURL } from 'node:url';
import { defaultExport } from '../options/default-export.ts';
import { withFileForFunction } from '../options/params-fixes.ts';
import type { ReadConfig } from '../options/read-typescript.ts';
import { importTsx } from '../tsx.ts';

/**
 * The process that runs a configuration file in TypeScript, named as argument, and sends what it exports. Its parent ends it
 * then, and with it tsx and the compiler.
 */
const [file = ''] = process.argv.slice(2);
const send = (read: ReadConfig) => process.send?.(read);

try {
  const { esm } = await importTsx();
  const before = { ...process.env };
  const exported = defaultExport(await esm.tsImport(pathToFileURL(file).href, import.meta.url));
  const set = Object.entries(process.env).filter(([name, value]) => before[name] !== value);
  // Functions cannot be sent.
  const sent =
    typeof exported === 'object' && exported !== null
      ? withFileForFunction(Object.fromEntries(Object.entries(exported)), file)
      : exported;
  send({ environment: Object.fromEntries(set), exported: sent });
} catch (error) {
  send({ error: error instanceof Error ? error.message : String(error) });
}
