import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { installProgram } from '../../src/application.ts';
import { findInLog } from '../../src/doctor/find-in-log.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';
import { HttpClient } from '../../src/http.ts';
import { createScratchFolder } from '../../src/scratch-folder.ts';
import { startApacheFcgid } from '../../src/web-servers/apache.ts';
import { startLighttpd } from '../../src/web-servers/lighttpd.ts';
import type { WebServer, WebServerOptions } from '../../src/web-servers/web-server.ts';

/** A program that a web server starts, and what was done to it. */
interface Broken {
  readonly id: string;
  readonly what: string;
  /** What the log alone may tell, which is less than what the doctor sees. Default the same. */
  readonly inLog?: readonly string[];
  readonly remedy: string;
  breakIt(program: string): Promise<void>;
}

async function edit(program: string, change: (text: string) => string): Promise<void> {
  await writeFile(program, change(await readFile(program, 'utf8')));
}

const SHEBANG = /^#!.*\n/;

const broken: readonly Broken[] = [
  {
    id: 'run-bit-missing',
    what: 'has no run bit',
    // mod_fcgid does not say why.
    inLog: ['run-bit-missing', 'closed-without-answer', 'program-ended'],
    remedy: 'chmod 755',
    breakIt: (program) => chmod(program, 0o644),
  },
  {
    id: 'shebang-missing',
    what: 'has no first line that says what runs it',
    inLog: ['shebang-missing', 'closed-without-answer', 'program-ended'],
    remedy: '#!/usr/bin/env node',
    breakIt: (program) => edit(program, (text) => text.replace(SHEBANG, '')),
  },
  {
    id: 'shebang-crlf',
    what: 'was written on Windows',
    remedy: 'sed -i',
    breakIt: (program) => edit(program, (text) => text.replace(SHEBANG, '#!/usr/bin/env node\r\n')),
  },
  {
    id: 'interpreter-missing',
    what: 'names an interpreter that is not there',
    remedy: 'command -v node',
    breakIt: (program) => edit(program, (text) => text.replace(SHEBANG, '#!/usr/bin/env node-of-mine\n')),
  },
  {
    id: 'module-not-found',
    what: 'lacks a package',
    remedy: 'npm install',
    breakIt: (program) => writeFile(program, `#!${process.execPath}\nrequire('no-such-package');\n`),
  },
  {
    id: 'ends-at-once',
    what: 'ends at once',
    inLog: ['closed-without-answer', 'nobody-listens', 'program-ended'],
    remedy: 'Read what it said',
    breakIt: (program) => writeFile(program, `#!${process.execPath}\nprocess.exitCode = 3;\n`),
  },
  {
    id: 'plain-cgi',
    what: 'is for CGI',
    inLog: ['closed-without-answer', 'nobody-listens', 'program-ended'],
    remedy: 'cgi-script',
    breakIt: (program) =>
      writeFile(program, '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nhello"\n'),
  },
];

interface Starter {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  readonly config: string;
  start(options: WebServerOptions): Promise<WebServer>;
}

const starters: readonly Starter[] = [
  {
    name: 'Apache with mod_fcgid',
    programs: ['apache2', 'mod_fcgid'],
    config: 'apache.conf',
    start: startApacheFcgid,
  },
  { name: 'lighttpd', programs: ['lighttpd'], config: 'lighttpd.conf', start: startLighttpd },
];

/** In milliseconds. */
const PATIENCE = 90_000;

/** What a web server logs over a program that does not work; lighttpd does not even start. */
async function startAndAsk(
  start: Starter['start'],
  options: WebServerOptions,
): Promise<() => Promise<string>> {
  // Folders in PATH that are closed to the web server would make another message of the same fault.
  vi.stubEnv('PATH', '/usr/bin:/bin');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  let server: WebServer;
  try {
    server = await start(options);
  } catch (error) {
    return () => Promise.resolve(String(error));
  }
  onTestFinished(() => server.stop());
  // Where a program ends before mod_fcgid has connected, it waits a second and starts it once more, again and again.
  const client = new HttpClient(server.url, { timeout: PATIENCE });
  expect((await client.request('/')).status).toBeGreaterThanOrEqual(500);
  return async () => (await server.logs()).join('\n');
}

describe.each(starters)('$name', ({ config, programs, start }) => {
  const missing = skipReason(...programs);
  if (missing !== undefined) {
    test.skip(missing);
    return;
  }

  test.each(broken)(
    'a program that it starts and that $what',
    async ({ breakIt, id, inLog, remedy }) => {
      const folder = await createScratchFolder();
      onTestFinished(folder.remove);
      const program = await installProgram('express-app', folder.path);
      await breakIt(program);
      const upstream = { kind: 'spawn', program, arguments: [] } as const;
      const logged = await startAndAsk(start, { application: upstream, broken: true, folder: folder.path });
      const told = await findInLog(folder.path, logged);
      expect(told).toEqual([expect.any(String)]);
      expect(inLog ?? [id]).toContain(told[0]);

      // The doctor is told where things are, and finds the program in the configuration.
      const words = ['--config', join(folder.path, config), '--log', join(folder.path, 'part.log')];
      const found = await runDoctor(words);
      expect(found.map((finding) => finding.id)).toEqual([id]);
      expect(found[0]?.remedy.join('\n')).toContain(remedy);
      expect(found[0]?.evidence.join('\n')).not.toBe('');
    },
    2 * PATIENCE,
  );
});
