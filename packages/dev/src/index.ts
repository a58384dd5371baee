export { DevError, type DevErrorCode } from './errors.ts';
export type { DevEvent } from './events.ts';
export { type Development, type DevOptions, startDev } from './start-dev.ts';
