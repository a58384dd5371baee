import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Deployment, type Finding, findingsOf, gatherFacts, lookedAt } from '@fcgi-js/doctor';
import { expect, onTestFinished } from 'vitest';

/** What web servers of Debian run as. */
export const WEB_SERVER_USER = 'www-data';

/** Why nothing can be tried as another user; undefined where it can. In continuous integration that is a failure. */
export function whyNotAsOthers(): string | undefined {
  const reason = process.getuid?.() !== 0 ? 'needs root' : whyNoUser();
  if (reason !== undefined && process.env['CI'] === 'true') throw new Error(`${reason}, in CI, too`);
  if (reason !== undefined) console.warn(`skipped: tests of the doctor as other users: ${reason}`);
  return reason;
}

function whyNoUser(): string | undefined {
  try {
    execFileSync('id', [WEB_SERVER_USER], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `needs the user ${WEB_SERVER_USER}`;
  }
}

/** A folder that everybody may look into, until the end of the test. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fcgi-doc-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  return folder;
}

/** What a file of a deployment is. */
export interface FileOptions {
  /** Default 0o755. */
  readonly mode?: number;
  /** Below the folder; default app.fcgi. */
  readonly name?: string;
}

/** Writes a file, as it is. */
export async function writeProgram(
  folder: string,
  text: string | Uint8Array,
  { mode = 0o755, name = 'app.fcgi' }: FileOptions = {},
): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

/** The first line of a script that runs with this Node. */
export const SHEBANG = `#!${process.execPath}\n`;

/** How an answer of {@link responder} looks. */
export interface ResponderOptions {
  /** Statements at the beginning. */
  readonly before?: string;
  /** Statements that answer on `socket`; `stdout(text)`, `stderr(text)` and `end` make records. */
  readonly answer?: string;
  /** Where it listens, default descriptor 0. */
  readonly listen?: string;
}

/** A FastCGI application in a few lines and with no library, so that it can be broken at every place. */
export function responder({
  before = '',
  answer = HEALTHY,
  listen = '{ fd: 0 }',
}: ResponderOptions = {}): string {
  return `${SHEBANG}${before}
const record = (type, content, id = 1) =>
  Buffer.concat([Buffer.from([1, type, 0, id, content.length >> 8, content.length & 255, 0, 0]), Buffer.from(content)]);
const stdout = (text) => record(6, Buffer.from(text));
const stderr = (text) => record(7, Buffer.from(text));
const end = record(3, Buffer.alloc(8));
require('node:net').createServer((socket) => {
  let bytes = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    // The empty STDIN is the end of the request.
    if (!bytes.includes(Buffer.from([1, 5, 0, 1, 0, 0]))) return;
    ${answer}
  });
}).listen(${listen});
`;
}

/** An answer with which nothing is wrong. */
export const HEALTHY =
  "socket.end(Buffer.concat([stdout('Status: 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nfine'), stdout(''), end]));";

/** What is found in a deployment, and what was looked at. By default the caller has an empty environment. */
export async function examine(
  deployment: Deployment,
): Promise<{ readonly findings: readonly Finding[]; readonly looked: readonly string[] }> {
  const facts = await gatherFacts({ callersEnvironment: {}, ...deployment });
  return { findings: findingsOf(facts), looked: lookedAt(facts) };
}

/** Expects that one cause is found, and no other, with evidence and a remedy that both hold a word. */
export async function expectFinding(
  id: string,
  deployment: Deployment,
  expected: {
    readonly callersEnvironment?: Deployment['callersEnvironment'];
    readonly evidence: string | RegExp;
    readonly remedy: string | RegExp;
  },
): Promise<void> {
  const { callersEnvironment = {} } = expected;
  const { findings } = await examine({ callersEnvironment, ...deployment });
  expect(findings.map((finding) => finding.id)).toEqual([id]);
  expect(findings[0]?.evidence.join('\n')).toMatch(expected.evidence);
  expect(findings[0]?.remedy.join('\n')).toMatch(expected.remedy);
}
