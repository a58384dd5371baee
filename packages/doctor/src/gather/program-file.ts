import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import type { Interpreter, ProgramFacts, Shebang } from '../facts.ts';
import { isShellScript } from '../shell-script.ts';
import { type Account, fileOf, isAllowed, type PathEntry, Permission } from '../system/access.ts';
import { pathEntries } from '../system/path-entries.ts';
import { findNoexecMount } from './mounts.ts';

/** More than the kernel reads of a first line, and all of a script that starts another program. */
const HEAD_BYTES = 16_384;

/** Where programs are looked for. */
export interface SearchPaths {
  /** PATH of the caller. */
  readonly callers: string;
  /** PATH as the web server hands it on. */
  readonly webServers: string;
}

/** Looks at a program without running it. */
export async function programFacts(path: string, user: Account, paths: SearchPaths): Promise<ProgramFacts> {
  const entries = await pathEntries(path);
  const nothing = { path, entries, bom: false };
  const kind = await kindOf(path);
  if (kind !== 'file') return { ...nothing, kind };
  const head = await readHead(path);
  if (head === undefined) return { ...nothing, kind: 'closed' };
  const bom = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  const shebang = parseShebang(head.toString('latin1'));
  const mount = await findNoexecMount(await realpath(path));
  return {
    path,
    entries,
    kind: isBinary(head) ? 'binary' : isModule(path, entries, shebang) ? 'module' : 'script',
    bom,
    ...((await isFile(join(dirname(path), '.htaccess')))
      ? { htaccess: join(dirname(path), '.htaccess') }
      : {}),
    ...(shebang === undefined ? {} : { shebang, interpreter: await findInterpreter(shebang, user, paths) }),
    ...(isShellScript(shebang === undefined ? undefined : { shebang })
      ? { detached: detachedLines(head.toString('utf8')) }
      : {}),
    ...(mount === undefined ? {} : { noexecMount: mount }),
  };
}

async function kindOf(path: string): Promise<'closed' | 'file' | 'missing' | 'other'> {
  try {
    return (await stat(path)).isFile() ? 'file' : 'other';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'closed' : 'missing';
  }
}

/** Nothing where the caller may not read it. */
async function readHead(path: string): Promise<Buffer | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

/** What has neither a run bit nor a first line that says what runs it is not meant to be started itself. */
function isModule(path: string, entries: readonly PathEntry[], shebang: Shebang | undefined): boolean {
  const mode = fileOf(entries)?.mode ?? 0;
  return shebang === undefined && (mode & 0o111) === 0 && /\.[cm]?[jt]sx?$/.test(path);
}

/** What follows `#` is a comment; `&&`, `>&` and `&>` are something else than `&` at the end of a command. */
function detachedLines(text: string): string[] {
  const lines = text.split('\n').map((line) => {
    const comment = line.search(/(?:^|\s)#/);
    return (comment === -1 ? line : line.slice(0, comment)).trim();
  });
  return lines.filter((line) => /(?<![&>])&$/.test(line) || /<\s?\/dev\/null/.test(line));
}

/** ELF, Mach-O: what has zero bytes at its beginning is no text. */
function isBinary(head: Buffer): boolean {
  return head.subarray(0, 64).includes(0);
}

/** Reads the first line of a script as the kernel does. */
export function parseShebang(text: string): Shebang | undefined {
  if (!text.startsWith('#!')) return undefined;
  const end = text.indexOf('\n');
  const whole = end === -1 ? text : text.slice(0, end);
  const crlf = whole.endsWith('\r');
  const line = crlf ? whole.slice(0, -1) : whole;
  const [interpreter = '', ...words] = line
    .slice(2)
    .trim()
    .split(/[ \t]+/);
  if (basename(interpreter) !== 'env') return { line, crlf, interpreter };
  // env -S node --option, and VARIABLE=value before the name.
  const lookedUp = words.find((word) => !word.startsWith('-') && !word.includes('='));
  return { line, crlf, interpreter, ...(lookedUp === undefined ? {} : { lookedUp }) };
}

async function findInterpreter(shebang: Shebang, user: Account, paths: SearchPaths): Promise<Interpreter> {
  const { interpreter, lookedUp } = shebang;
  const callers = await searchIn(paths.callers, lookedUp ?? basename(interpreter));
  const yours = callers === undefined ? {} : { callers };
  const candidates =
    lookedUp === undefined || lookedUp.includes('/')
      ? await present([lookedUp ?? interpreter])
      : await present(paths.webServers.split(delimiter).map((folder) => join(folder, lookedUp)));
  // As the system does: the first that may be run; one that may not explains the failure.
  const usable = candidates.find(({ entries }) => isAllowed(entries.at(-1)!, user, Permission.execute));
  const found = usable ?? candidates[0];
  return found === undefined ? { entries: [], ...yours } : { ...found, ...yours };
}

async function present(
  candidates: readonly string[],
): Promise<Array<{ path: string; entries: PathEntry[] }>> {
  const found = await Promise.all(
    candidates.map(async (path) => ({ path, entries: await pathEntries(path), is: await isFile(path) })),
  );
  return found.filter(({ is }) => is).map(({ path, entries }) => ({ path, entries }));
}

/** Where a program is found in a PATH, if it is. */
export async function searchIn(searchPath: string, name: string): Promise<string | undefined> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const [first] = await present(folders.map((folder) => join(folder, name)));
  return first?.path;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
