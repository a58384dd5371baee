/** How a program of this folder is started: `node program.js TRANSPORT SOCKET [WORK]`. */
export interface ProgramArguments {
  /** What the web server speaks. */
  readonly transport: 'fastcgi' | 'http';
  /** Path of the Unix socket to listen on, or `host:port`. */
  readonly socketPath: string;
  /** What there is to do; each program knows the words of its own. */
  readonly work: string;
}

/** The arguments of this process. */
export function programArguments(): ProgramArguments {
  const [, , transport, socketPath = '', work = 'hello'] = process.argv;
  return { transport: transport === 'http' ? 'http' : 'fastcgi', socketPath, work };
}

/** Memory of a contender after a garbage collection, in bytes. */
export interface MemoryUse {
  /** What JavaScript holds: its heap, and buffers outside of it. */
  readonly heap: number;
  /** What the operating system counts. */
  readonly resident: number;
}

/**
 * Tells the benchmark about memory when it asks, ends when it goes, and ends on SIGTERM in the way in which
 * `--cpu-prof` gets to write its profile.
 */
export function obeyBenchmark(): void {
  process.on('message', () => {
    globalThis.gc?.();
    // Handles of closed sockets are let go a turn later, and what they held with the next collection.
    setImmediate(() => {
      globalThis.gc?.();
      const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage();
      const use: MemoryUse = { heap: heapUsed + Math.max(external, arrayBuffers), resident: rss };
      process.send?.(use);
    });
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}
