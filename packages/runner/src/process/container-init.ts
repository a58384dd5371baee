import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { startProcess } from './start-process.ts';

/** Set for a runner that process 1 of its container waits for. */
export const CONTAINER_VARIABLE = 'FCGI_RUN_CONTAINER';

const SHELL = '/bin/sh';
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to all processes of its foreground group itself. */
const KEYS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);
/** What shells add to the number of a signal that has ended a process. */
const SIGNALLED = 128;

/**
 * An init of POSIX shell: starts the command, passes signals on, and ends with its status. A shell that waits for one of its
 * children reaps all others that have ended as well, also those that it has adopted.
 */
const INIT = `"$@" <&0 &
child=$!
for name in HUP TERM USR1 USR2; do trap "kill -s $name $child" "$name"; done
for name in INT QUIT; do if [ -t 0 ]; then trap : "$name"; else trap "kill -s $name $child" "$name"; fi; done
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || exit "$status"
done`;

/** Whether this process is the first one of a container, with the duties of an init. */
export function leadsContainer(): boolean {
  // Sockets on other descriptors than 0 to 2 would not get through to another process.
  const hasSockets = 'LISTEN_FDS' in process.env || process.argv.some((word) => /(?:^|=)fd:[3-9]/.test(word));
  return process.pid === 1 && process.platform === 'linux' && !hasSockets;
}

/**
 * Runs this command in a child process, and looks after it. As process 1 it could not end itself: the kernel spares it from
 * SIGKILL, and from all signals that it does not handle. And it would be given the processes that others have left behind, which Node
 * does not reap. Where Node can, it makes a shell of this process, which does.
 */
export function leadContainer(): void {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [CONTAINER_VARIABLE]: '1' };
  // Node 22.15 and later have it.
  const execve: unknown = Reflect.get(process, 'execve');
  if (typeof execve === 'function' && existsSync(SHELL)) {
    Reflect.apply(execve, process, [SHELL, ['sh', '-c', INIT, 'fcgi', ...command], env]);
  }
  process.stderr.write(
    `fcgi: as process 1 of a container, Node ${process.version} does not reap processes that the application leaves behind. Start the container with an init (docker run --init, "init: true" in compose.yaml), or use Node 22.15 or later in an image with ${SHELL}\n`,
  );
  const [program = '', ...args] = command;
  const child = startProcess(program, args, {
    env,
    failed: (reason) => {
      process.stderr.write(`fcgi: its child process could not be started: ${reason}\n`);
      process.exit(1);
    },
    stdio: 'inherit',
  });
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (!(process.stdin.isTTY && KEYS.has(name))) child?.kill(name);
    });
  }
  child?.once('exit', (status, signal) => {
    process.exit(signal === null ? status : SIGNALLED + constants.signals[signal]);
  });
}
