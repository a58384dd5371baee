export { findApplication } from './application/find-application.ts';
export { RunnerError, type RunnerErrorCode } from './errors.ts';
