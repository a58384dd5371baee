import { setTimeout as delay } from 'node:timers/promises';
import { startProcess } from './start-process.ts';

/** Milliseconds of a watchdog; Node ends longer timers at once. */
const [SHORTEST_PATIENCE, LONGEST_PATIENCE] = [100, 2 ** 31 - 1];

/** Milliseconds that the end of a process waits for its last message. */
const LAST_MESSAGE = 1_000;

/** Whether there is work that is done: asked before the watchdog is calmed. */
export type Proof = () => Promise<boolean>;

/**
 * The service manager that waits to hear how this process is doing: systemd, or another one that has set NOTIFY_SOCKET
 * (sd_notify(3)). Node has no datagram sockets of that kind, so `systemd-notify` sends what there is to be said; it
 * speaks for its parent where it is root, and needs `NotifyAccess=all` where it is not.
 */
export class ServiceManager {
  readonly #say: (message: string) => void;
  readonly #socket: string | undefined;
  /** Milliseconds within which it wants a sign of life. */
  readonly #patience: number;
  #sent: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #watchdog: NodeJS.Timeout | undefined;

  /** @param env as it came: the application has another one */
  constructor(env: Readonly<Record<string, string | undefined>>, say: (message: string) => void) {
    this.#say = say;
    this.#socket = env['NOTIFY_SOCKET'];
    const isForUs = [undefined, String(process.pid)].includes(env['WATCHDOG_PID']);
    this.#patience = isForUs ? patienceOf(env['WATCHDOG_USEC'], say) : 0;
  }

  /** It serves: after the start, and after a reload. */
  ready(status: string): void {
    void this.#send('READY=1', `STATUS=${status}`);
  }

  /** A reload has begun; `ready` tells its end. */
  reloading(): void {
    void this.#send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, 'STATUS=reloading');
  }

  /** In a line, for `systemctl status`. */
  status(text: string): void {
    void this.#send(`STATUS=${text}`);
  }

  /** It lets the requests under way end, once that has been sent: with the process, a message on its way would end. */
  async stopping(): Promise<void> {
    clearInterval(this.#watchdog);
    const sent = this.#send('STOPPING=1', 'STATUS=lets the requests under way end');
    await Promise.race([sent, delay(LAST_MESSAGE, undefined, { ref: false })]);
  }

  /** Another process takes its place, and calms the watchdog from now on. */
  replacedBy(pid: number): Promise<void> {
    clearInterval(this.#watchdog);
    return this.#send(`MAINPID=${pid}`);
  }

  /** Gives signs of life from now on, as long as there is proof. Twice as often as is wanted, as systemd advises. */
  showLife(proof: Proof): void {
    if (this.#socket === undefined || !(this.#patience > 0)) return;
    this.#watchdog = setInterval(async () => {
      if (await proof()) await this.#send('WATCHDOG=1');
    }, this.#patience / 2).unref();
  }

  /** One after the other: what is said last counts. */
  #send(...assignments: readonly string[]): Promise<void> {
    if (this.#socket === undefined) return Promise.resolve();
    this.#sent = this.#sent.then(() => this.#notify(assignments));
    return this.#sent;
  }

  #notify(assignments: readonly string[]): Promise<void> {
    const env = { NOTIFY_SOCKET: this.#socket, PATH: process.env['PATH'] };
    return new Promise((resolve) => {
      let complaint = '';
      const failed = (reason: string) => {
        this.#complain(reason);
        resolve();
      };
      const sender = startProcess('systemd-notify', assignments, {
        // That of this process may be gone.
        cwd: '/',
        // In a session of its own, it is not among the processes that end with this one.
        detached: true,
        env,
        failed,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      sender?.stderr?.on('data', (chunk) => {
        complaint += chunk;
      });
      sender?.once('close', (status) => {
        if (status !== 0) this.#complain(complaint.trim() || `exit status ${status}`);
        resolve();
      });
    });
  }

  /** Once: each further message would meet the same end. */
  #complain(reason: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#say(`NOTIFY_SOCKET is set, but systemd-notify cannot tell anybody there: ${reason}`);
  }
}

/** The milliseconds that WATCHDOG_USEC names; 0 where there is no watchdog. */
function patienceOf(text: string | undefined, say: (message: string) => void): number {
  if (text === undefined || text === '0') return 0;
  const patience = Number(text) / 1000;
  if (/^\d+$/.test(text) && patience >= SHORTEST_PATIENCE) return Math.min(patience, LONGEST_PATIENCE);
  say(
    `WATCHDOG_USEC is ${JSON.stringify(text)} and is ignored, because it is no number of microseconds from ${SHORTEST_PATIENCE * 1000}. systemd sets it for WatchdogSec= of the unit`,
  );
  return 0;
}
