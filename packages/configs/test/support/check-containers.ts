import { createRequire } from 'node:module';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { parseAllDocuments } from 'yaml';

const require = createRequire(import.meta.url);

/** A manifest, as far as it says what it is. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A class of `kubernetes-models`, which has the schemas of Kubernetes. */
type Model = new (manifest: Manifest) => { validate(): void };

/**
 * Throws if a manifest is not what the schema of its kind says.
 *
 * @param text manifests with `---` before each
 */
export function checkManifests(text: string): void {
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) throw document.errors[0];
    const manifest = document.toJS() as Manifest;
    const { apiVersion, kind } = manifest;
    const classes = require(`kubernetes-models/${apiVersion}/${kind}`) as Record<string, Model>;
    const model = classes[kind];
    if (model === undefined) throw new Error(`no schema of ${apiVersion} ${kind}`);
    new model(manifest).validate();
  }
}

/**
 * Rejects if a compose file is not what the Compose Specification says.
 *
 * @param path where it is
 */
export async function checkCompose(path: string): Promise<void> {
  const linter = new DCLinter({ debug: false, disableUsageStats: true, exclude: [], quiet: true, rules: {} });
  const [result] = await linter.lintFiles([path], false);
  const messages: ReadonlyArray<{ readonly severity: string }> | undefined = result?.messages;
  const wrong = messages?.filter(({ severity }) => severity === 'critical');
  if (wrong === undefined || wrong.length > 0) throw new Error(JSON.stringify(wrong));
}

/**
 * Throws if a Dockerfile has what Docker would not take, or warn of.
 *
 * @param text the file
 */
export function checkDockerfile(text: string): void {
  const [wrong] = validate(text);
  if (wrong !== undefined) throw new Error(String(wrong.message));
}
