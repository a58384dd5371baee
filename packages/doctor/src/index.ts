export type { Cause, CauseFamily, DeploymentNames, Finding, Symptom } from './cause.ts';
export { causeFamilies } from './causes.ts';
export type { Deployment } from './deployment.ts';
export { diagnose, findingsOf } from './diagnose.ts';
export { DoctorError, type DoctorErrorCode } from './errors.ts';
export type {
  Exchange,
  Facts,
  Interpreter,
  LogFacts,
  ProgramFacts,
  Shebang,
  SocketFacts,
  StartFacts,
  Trial,
  TrialChange,
  TrialSetting,
} from './facts.ts';
export type { Configuration, ConfiguredPlace, Directive } from './gather/configuration/configuration.ts';
export { gatherFacts } from './gather-facts.ts';
export { lookedAt } from './looked-at.ts';
export { reportText } from './report.ts';
export type { Account, PathEntry } from './system/access.ts';
export { type WebServerName, webServerNames } from './web-server-names.ts';
