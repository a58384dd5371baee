import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canConnect, freePort, optionsOf } from './connect.ts';
import type { Contender } from './contender.ts';
import type { MemoryUse } from './contenders/parts/program.ts';
import { onCore } from './cores.ts';
import { compileNative } from './native-program.ts';
import { until } from './poll.ts';
import { startProgram } from './processes.ts';

/** How a contender is started. */
export interface ApplicationOptions {
  readonly contender: Contender;
  /** The core that it runs on; undefined for any. */
  readonly core: number | undefined;
  /** For its socket, and its program if it is compiled. */
  readonly folder: string;
  /** A folder for a CPU profile, which Node writes when the application stops. */
  readonly profile?: string | undefined;
  /** Whether it listens on TCP instead of a Unix socket. Default false. */
  readonly tcp?: boolean;
  /** What it is to do; its program knows the word. */
  readonly work: string;
}

/** A contender that runs. */
export interface Application {
  readonly contender: Contender;
  readonly pid: number;
  /** The path of its Unix socket, or `host:port`. */
  readonly socketPath: string;
  /** What it has printed. */
  output(): string;
  /** Fails if it has ended, with what it printed. */
  assertRunning(): void;
  /** Collects garbage and asks for what is left; only where the contender runs in Node. */
  memory(): Promise<MemoryUse>;
  stop(): Promise<void>;
}

/** A contender is started again with another socket: the file of the last one may still be there. */
let started = 0;

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/**
 * Starts a contender and waits until it accepts connections.
 *
 * @throws Unavailable where it cannot run on this machine
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { contender, core, folder, tcp = false, work } = options;
  started += 1;
  const socketPath = tcp ? `127.0.0.1:${await freePort()}` : join(folder, `${started}.sock`);
  const isNative = contender.program.includes('.');
  const command = isNative ? [await compileNative(contender.program, folder)] : nodeCommand(options);
  const program = await startProgram(onCore([...command, contender.transport, socketPath, work], core), {
    ipc: !isNative,
  });
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  const assertRunning = () => {
    if (hasEnded) throw new Error(`${contender.title} has ended:\n${program.output()}`);
  };
  await until(() => {
    assertRunning();
    return canConnect(optionsOf(socketPath));
  }, `connection to ${contender.title}`);
  return {
    assertRunning,
    contender,
    pid: program.pid,
    socketPath,
    output: () => program.output(),
    memory: async () => {
      program.process.send('memory');
      const [use] = await once(program.process, 'message');
      return use;
    },
    stop: () => program.stop(),
  };
}

function nodeCommand({ contender, profile }: ApplicationOptions): string[] {
  const profiling =
    profile === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${contender.name}.cpuprofile`];
  return [
    process.execPath,
    '--expose-gc',
    ...profiling,
    join(contender.from ?? dist, 'contenders', `${contender.program}.js`),
  ];
}
