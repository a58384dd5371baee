const actions = new Set<() => void>();
let isFirst = true;

/**
 * Does something at the end of this process, also when the tests are broken off.
 *
 * @param action what is still to be done; within one turn
 * @returns for when it has been done otherwise
 */
export function atExit(action: () => void): () => void {
  if (isFirst) watchForTheEnd();
  isFirst = false;
  actions.add(action);
  return () => actions.delete(action);
}

function watchForTheEnd(): void {
  const doAll = () => {
    for (const action of actions) action();
    actions.clear();
  };
  process.once('exit', doAll);
  // The end of a test worker.
  process.once('SIGTERM', () => {
    doAll();
    process.kill(process.pid, 'SIGTERM');
  });
}
