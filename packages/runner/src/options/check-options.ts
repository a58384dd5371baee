import { optionError } from '../errors.ts';
import { inheritedSocket } from '../pool/held-socket.ts';
import { checkStatusOptions } from '../status/status-options.ts';
import { addressKey } from './address-key.ts';
import { flagOf, optionList, type RunOptionValues } from './run-options.ts';

/**
 * Looks whether options make sense together.
 *
 * @param isPlainCgi whether this process has one request to answer, and no socket
 * @throws RunnerError where one needs another, or two exclude each other
 */
export function checkOptions(values: RunOptionValues, isPlainCgi: boolean): void {
  const given: Readonly<Record<string, unknown>> = { ...values };
  for (const [name, { needs }] of optionList) {
    if (needs === undefined || !isGiven(given[name]) || isGiven(given[needs.option])) continue;
    throw optionError(`${flagOf(name)} needs ${flagOf(needs.option)}: ${needs.because}`);
  }
  checkStatusOptions(values);
  checkUpgrades(values);
  if (!isPlainCgi) checkIdleExit(values);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false;
}

function checkUpgrades({ listen, onDemand, upgradeListen }: RunOptionValues): void {
  if (upgradeListen === undefined) return;
  const key = addressKey(upgradeListen);
  if (key !== undefined && key === addressKey(listen)) {
    throw optionError(
      `--upgrade-listen is ${upgradeListen}, where --listen takes FastCGI. HTTP upgrades need a socket of their own, such as unix:/run/app.upgrade.sock.`,
    );
  }
  if (onDemand === true) {
    throw optionError(
      '--upgrade-listen with --on-demand: a worker that ends when no request comes would take its WebSockets with it. Leave out --on-demand.',
    );
  }
}

/** A process that ends when it is idle must be started again for the next request. */
function checkIdleExit({ idleExit, listen, onDemand, workers }: RunOptionValues): void {
  if (idleExit === undefined) return;
  if (workers !== undefined && onDemand !== true) {
    throw optionError('--idle-exit with --workers needs --on-demand, which starts them again.');
  }
  if (workers === undefined && inheritedSocket(listen) === undefined) {
    throw optionError(
      '--idle-exit needs a socket whose owner starts this process again: of systemd, mod_fcgid, lighttpd, or --listen fd:N. On a socket of its own, use --workers with --on-demand.',
    );
  }
}
