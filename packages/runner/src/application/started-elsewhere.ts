import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import diagnostics from 'node:diagnostics_channel';
import { basename } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Notice } from './listen-interception.ts';

/** The advice for clusters, which share a port: there is no port. */
const FORKS =
  'The application forks workers of its own (cluster). They open their ports themselves and are not served over FastCGI: let it listen in one process, and use --workers of fcgi run.';

const NODE = /^node(?:\.exe)?$/;

/** The processes and threads that an application starts, in which it may listen as well. Node tells of each. */
export class StartedElsewhere {
  readonly #processes = new Set<ChildProcess>();
  readonly #threads = new Set<Worker>();
  #hasCluster = false;
  readonly #ofProcess = (message: unknown) => {
    const { process } = message as { readonly process: ChildProcess };
    this.#processes.add(process);
    process.once('exit', () => this.#processes.delete(process));
  };
  readonly #ofThread = (message: unknown) => {
    const { worker } = message as { readonly worker: Worker };
    this.#threads.add(worker);
    worker.once('exit', () => this.#threads.delete(worker));
  };

  /** Begins to look. */
  constructor(notice: Notice) {
    diagnostics.subscribe('child_process', this.#ofProcess);
    diagnostics.subscribe('worker_threads', this.#ofThread);
    cluster.once('fork', () => {
      this.#hasCluster = true;
      notice(FORKS);
    });
  }

  /** Whether the application has forked workers of `node:cluster`. */
  get hasCluster(): boolean {
    return this.#hasCluster;
  }

  /** The start is over. */
  end(): void {
    diagnostics.unsubscribe('child_process', this.#ofProcess);
    diagnostics.unsubscribe('worker_threads', this.#ofThread);
  }

  /**
   * What to do where the application does not listen itself, while something runs that it has started; undefined otherwise.
   *
   * @param file of the application
   */
  hint(file: string): string | undefined {
    if (this.#hasCluster) return undefined;
    const [program] = [...this.#processes].map(scriptOf).filter((script) => script !== undefined);
    const [process] = this.#processes;
    if (process === undefined && this.#threads.size === 0) return undefined;
    const what = process === undefined ? 'a thread' : `a child process (${describe(process, program)})`;
    const remedy =
      program === undefined || program === file
        ? 'let the file listen that fcgi run starts'
        : `run that file, fcgi run ${program}`;
    return `It has started ${what}. What listens there is not served over FastCGI: ${remedy}.`;
  }
}

/** The file that a process runs, where that is Node; without its other arguments, which may be secrets. */
function scriptOf({ spawnargs = [], spawnfile = '' }: ChildProcess): string | undefined {
  if (!NODE.test(basename(spawnfile))) return undefined;
  return spawnargs.slice(1).find((word) => !word.startsWith('-'));
}

function describe({ spawnfile = '' }: ChildProcess, script: string | undefined): string {
  return script === undefined ? basename(spawnfile) : `node ${script}`;
}
