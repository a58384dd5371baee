import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import ts from 'typescript';
import { publishedPackages, root } from './workspace.mjs';

/** The command, as `npm run build` leaves it. */
export const fcgi = join(root, 'packages/cli/dist/bin/fcgi.js');

/** What guides import as `./app.js`. */
const application = `export const app = (req, res) => res.end('The application has ' + req.url);\n`;

/** What programs in guides import beside our packages. */
const frameworks = ['express', 'hono', '@hono/node-server'];

/** What they import that the examples do not depend on, or else `npm start` would install it. */
const tools = [
  '@opentelemetry/api',
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/sdk-trace-base',
  'prom-client',
  'vite',
];

/** Where each of those is, by its name. */
export const toolFolders: ReadonlyMap<string, string> = new Map([
  ...tools.map((name): [string, string] => [name, join(root, 'packages/e2e/node_modules', name)]),
  ['vitest', join(root, 'node_modules/vitest')],
]);

/** A project as a reader of a guide has it: all packages, as they are built, frameworks, and an application. */
export class GuideProject {
  readonly folder: string;
  readonly #running = new Set<RunningProgram>();

  /** @param folder an empty one */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, 'node_modules/@fcgi-js'), { recursive: true });
    for (const { folder: each, manifest } of publishedPackages()) {
      symlinkSync(join(root, each), join(folder, 'node_modules', manifest.name));
    }
    mkdirSync(join(folder, 'node_modules/@hono'));
    for (const name of frameworks) {
      symlinkSync(join(root, 'docs/examples/node_modules', name), join(folder, 'node_modules', name));
    }
    mkdirSync(join(folder, 'node_modules/@opentelemetry'));
    for (const [name, target] of toolFolders) symlinkSync(target, join(folder, 'node_modules', name));
    this.write('package.json', '{ "type": "module" }\n');
    this.write('app.js', application);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs a program of a guide as a file of this project; of TypeScript, without its types. */
  run(program: string, args: readonly string[] = []): RunningProgram {
    const { outputText } = ts.transpileModule(program, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const name = `program-${this.#running.size}.js`;
    this.write(name, outputText);
    const running = new RunningProgram(
      spawn(process.execPath, [name, ...args], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.#running.add(running);
    return running;
  }

  /** Ends what still runs; nothing of it writes to the folder any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((program) => program.end()));
  }
}

/** A program of a guide, and what it has printed so far. */
export class RunningProgram {
  output = '';
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.kill('SIGKILL');
    await exited;
  }

  /** All that it has printed, once it has ended by itself; its status must be 0. */
  async ended(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    if (this.#child.exitCode !== 0) throw this.#hasEnded();
    return this.output;
  }

  /** Waits for something that comes while it runs. */
  async until<Value>(look: () => Value | undefined): Promise<Value> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw this.#hasEnded();
      await delay(10);
    }
  }

  async listening(socket: string): Promise<void> {
    await this.until(() => (existsSync(socket) ? true : undefined));
  }

  #hasEnded(): Error {
    const { exitCode, signalCode } = this.#child;
    return new Error(`the program has ended with ${signalCode ?? exitCode}:\n${this.output}`);
  }
}
