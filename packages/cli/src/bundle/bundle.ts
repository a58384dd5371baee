import { type Bundle, makeBundle, type StaticFiles } from '@fcgi-js/bundle';
import { escapeLogText } from '@fcgi-js/client';
import { byteSize, jsonText, messageText } from '@fcgi-js/inspector/text';
import { colorsOf, defined, type Io } from '@fcgi-js/runner/command';
import { askForHost } from './ask.ts';

/** What `fcgi bundle` takes as flags. Undefined where one is not given. */
export interface BundleFlags {
  readonly external?: readonly string[];
  readonly home?: string;
  readonly include?: readonly string[];
  readonly json?: true;
  readonly keep?: number;
  readonly mount?: string;
  readonly node?: string;
  readonly output: string;
  readonly release?: true;
  readonly sourceMaps?: true;
  readonly static?: readonly StaticFiles[];
  readonly yes?: true;
}

/**
 * Makes the folder, and says what is in it and what to do next.
 *
 * @throws CommandFailure where Ctrl-C ends the questions; BundleError and RunnerError where it cannot be made
 */
export async function bundle(io: Io, app: string, flags: BundleFlags): Promise<void> {
  const { json, yes, ...options } = flags;
  const host = yes || json ? flags : await askForHost(io, flags);
  const made = await makeBundle({
    ...options,
    ...defined({ home: host.home, node: host.node }),
    app,
    cwd: io.cwd,
  });
  if (json) io.stdout.write(`${jsonText(made, 2)}\n`);
  else print(io, made);
}

function print(io: Io, { bytes, files, folder, natives, node, notes, release, removed }: Bundle): void {
  const { bold, cyan, yellow } = colorsOf(io.stdout, io.env);
  const line = (text: string) => io.stdout.write(`${text}\n`);
  line(`${bold(escapeLogText(folder))}: ${files} files, ${byteSize(bytes)}; needs Node ${node} or later`);
  for (const { file, platform } of natives) line(`Native, for ${platform}: ${messageText(file)}`);
  for (const note of notes) line(`${yellow('note:')} ${messageText(note)}`);
  for (const name of removed) line(`Removed: ${name}`);
  line('');
  if (release === undefined) {
    line('Upload the folder, then let it say whether it works there:');
    line(`    ${cyan('./check https://YOUR.SITE/')}`);
    return;
  }
  line('Upload the release into the folder of the same name, then switch to it there:');
  line(`    ${cyan(`releases/${release}/activate`)}`);
  line('The same command of an older release goes back to it.');
}
