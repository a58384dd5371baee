export { leadContainer, leadsContainer } from './process/container-init.ts';
export { holdSignals } from './process/held-signals.ts';
