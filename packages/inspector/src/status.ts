export { type Rates, ratesBetween, type StatusReport, workersOf } from './status/rates.ts';
export { isStatus, poolsOf, readStatus, type Status, type StatusPage } from './status/read-status.ts';
export { watchStatus } from './status/watch-status.ts';
