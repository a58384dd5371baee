import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atExit } from '../at-exit.ts';
import { until } from '../poll.ts';
import type { Answer } from './answer.ts';
import { LogTail } from './log-tail.ts';
import { type RequestOptions, request } from './requests.ts';
import { type ConnectionOptions, type Target, WireConnection } from './wire-connection.ts';

/** How a web server and an application talk. */
export type Transport = 'tcp' | 'unix';

/** Both, for `describe.each`. */
export const TRANSPORTS: readonly Transport[] = ['unix', 'tcp'];

/** How the probe is started beside its address. */
export interface ProbeOptions {
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * What runs the probe: its arguments end with the command. Default the command alone.
   */
  readonly launcher?: readonly string[];
  /** Another application than the probe: the path of a module, and arguments. */
  readonly program?: readonly string[];
  /** Whether {@link ProbeProcess.liveBytes} can be asked for, default false. */
  readonly reportsMemory?: boolean;
}

const PROBE = fileURLToPath(new URL('../../dist/apps/probe.js', import.meta.url));
const REPORTER = ['--expose-gc', '--import', new URL('report-memory.mjs', import.meta.url).href];
const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 30_000;
/** Looks in a row that have to find a process asleep, and the milliseconds between two of them. */
const IDLE_LOOKS = 10;
const IDLE_INTERVAL = 20;
let sockets = 0;

/** A probe application in a process of its own, as anybody would start it. */
export class ProbeProcess {
  readonly #child: ChildProcess;
  readonly #log: LogTail;
  readonly #exited: Promise<string>;
  readonly #connections = new Set<WireConnection>();
  #exit: string | undefined;
  #memoryReports = 0;
  #target: Target | undefined;

  private constructor(command: readonly string[], environment: NodeJS.ProcessEnv) {
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#log = new LogTail([this.#child.stdout, this.#child.stderr]);
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
    });
    const forget = atExit(() => this.#child.kill('SIGKILL'));
    void this.#exited.then((how) => {
      this.#exit = how;
      forget();
    });
  }

  /**
   * Starts the probe and waits until it listens.
   *
   * @throws Error with what it printed where it does not
   */
  static async start(transport: Transport, options: ProbeOptions = {}): Promise<ProbeProcess> {
    const listen = transport === 'unix' ? `unix:${socketPath()}` : 'tcp:127.0.0.1:0';
    const probe = ProbeProcess.launch({
      ...options,
      environment: { ...options.environment, PROBE_LISTEN: listen },
    });
    await probe.#ready();
    return probe;
  }

  /** Starts the probe without waiting for it; PROBE_LISTEN comes from the options. */
  static launch(options: ProbeOptions): ProbeProcess {
    const { environment = {}, launcher = [], program = [PROBE], reportsMemory = false } = options;
    const command = [...launcher, process.execPath, ...(reportsMemory ? REPORTER : []), ...program];
    return new ProbeProcess(command, { ...process.env, ...environment });
  }

  /** Process ID. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where it listens. */
  get target(): Target {
    if (this.#target === undefined) throw new Error('The probe does not listen yet.');
    return this.#target;
  }

  /** The beginning and the end of what it has printed. */
  get output(): string {
    return this.#log.text;
  }

  /** Bytes that it has printed. */
  get outputBytes(): number {
    return this.#log.bytes;
  }

  /** How it ended, or `undefined` while it runs. */
  get exit(): string | undefined {
    return this.#exit;
  }

  /** Waits until it has ended by itself. */
  exited(): Promise<string> {
    return this.#exited;
  }

  /** Bytes of memory in use, as the kernel counts them. */
  get residentBytes(): number {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    if (kilobytes === undefined) throw new Error('The kernel tells no VmRSS.');
    return Number(kilobytes) * 1_024;
  }

  /** Bytes that are in use after a collection of garbage; the probe must have been started for that. */
  async liveBytes(): Promise<number> {
    this.#memoryReports += 1;
    this.signal('SIGUSR2');
    const report = new RegExp(`^memory ${this.#memoryReports}: (\\d+) bytes$`, 'm');
    const [, bytes] = await this.#log.find(report, this.#exited, START_TIMEOUT);
    return Number(bytes);
  }

  /**
   * Waits until it has read and written all that it can: it sleeps, and takes no time of the processor. One that waits for a
   * busy processor does not sleep.
   */
  async idle(): Promise<void> {
    let last = '';
    let looks = 0;
    const look = () => {
      const [state, ticks] = this.#activity();
      looks = state === 'S' && ticks === last ? looks + 1 : 0;
      last = ticks;
      return looks === IDLE_LOOKS || undefined;
    };
    await until(look, { interval: IDLE_INTERVAL, what: 'rest of the probe' });
  }

  /** Open descriptors that are sockets. */
  get openSockets(): number {
    const folder = `/proc/${this.pid}/fd`;
    return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`).startsWith('socket:')).length;
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Stops reading what it prints, for good: its writes fail from now on. */
  hangUp(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Tells where it listens, for a probe that was only launched. */
  listensOn(target: Target): void {
    this.#target = target;
  }

  /** Opens a connection, which is closed with the others. */
  async connect(options?: ConnectionOptions): Promise<WireConnection> {
    const connection = await WireConnection.open(this.target, options);
    this.#connections.add(connection);
    return connection;
  }

  /** Sends a request on a connection of its own and waits for the answer. */
  async ask(uri: string, options: RequestOptions = {}): Promise<Answer> {
    const connection = await this.connect();
    try {
      connection.send(request(uri, { keep: false, ...options }));
      return await connection.answer(options.id ?? 1);
    } finally {
      this.forget(connection);
    }
  }

  /** Closes a connection. */
  forget(connection: WireConnection): void {
    connection.close();
    this.#connections.delete(connection);
  }

  /** Closes all connections. */
  closeConnections(): void {
    for (const connection of [...this.#connections]) this.forget(connection);
  }

  /**
   * Ends it with SIGTERM.
   *
   * @throws Error where it has ended before, does not end, or ends with another status than 0
   */
  async stop(): Promise<void> {
    this.closeConnections();
    const before = this.#exit;
    if (before === undefined) this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT);
    const how = await this.#exited;
    clearTimeout(timer);
    await this.#removeSocket();
    if (before !== undefined) throw new Error(`The probe ended too early: ${before}.\n${this.output}`);
    if (how !== 'exit status 0') throw new Error(`The probe ended with ${how}.\n${this.output}`);
  }

  /** The state of its main thread, and the time of the processor that it has taken, in ticks. */
  #activity(): [state: string, ticks: string] {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may have spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[0] ?? '', `${fields[11]} ${fields[12]}`];
  }

  async #ready(): Promise<void> {
    const pattern = /^ready (?:unix:(.+)|tcp:(.+):(\d+))$/m;
    const found = await this.#log.find(pattern, this.#exited, START_TIMEOUT);
    const [, path, host = '', port] = found;
    this.#target = path === undefined ? { host, port: Number(port) } : { path };
  }

  async #removeSocket(): Promise<void> {
    if (this.#target !== undefined && 'path' in this.#target) await rm(this.#target.path, { force: true });
  }
}

/** A path for a Unix socket that no other test uses. */
export function socketPath(): string {
  sockets += 1;
  const path = join(tmpdir(), `fcgi-wire-${process.pid}-${sockets}.sock`);
  atExit(() => rmSync(path, { force: true }));
  return path;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed in the meantime.
    return '';
  }
}
