export type { Cause, Family, Finding, Names, Symptom } from './cause.ts';
export { families } from './causes.ts';
export type { Deployment } from './deployment.ts';
export { diagnose, findingsOf } from './diagnose.ts';
export { DoctorError, type DoctorErrorCode } from './errors.ts';
export type {
  Change,
  Exchange,
  Facts,
  Interpreter,
  LogFacts,
  ProgramFacts,
  Setting,
  Shebang,
  SocketFacts,
  StartFacts,
  Trial,
} from './facts.ts';
export type { Configuration, Directive, Place } from './gather/configuration.ts';
export { gatherFacts } from './gather-facts.ts';
export { lookedAt } from './looked-at.ts';
export type { Account, PathEntry } from './system/access.ts';
export { type WebServerName, webServerNames } from './web-server-names.ts';
