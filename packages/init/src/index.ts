export type { Answers, Asked } from './answers.ts';
export { checkFiles } from './check-files.ts';
export {
  CONFIG_OPTIONS,
  type ConfigOption,
  type ConfigOptions,
  type ConfigValues,
  configFlag,
  configOptions,
} from './config-options.ts';
export { DeploymentError, type DeploymentErrorCode } from './errors.ts';
export {
  answerProblem,
  type GivenAnswers,
  missingAnswers,
  webServersFor,
  withDefaultAnswers,
} from './given-answers.ts';
export { type ConfigFile, makeFiles } from './make-files.ts';
export type { Step } from './next-steps.ts';
export { makePlan, type Plan, type PlannedFile } from './plan.ts';
export { PRODUCTS, type Product } from './product-names.ts';
export {
  STARTS,
  type Start,
  WEB_SERVERS,
  type WebServer,
  type WebServerName,
  webServer,
} from './web-servers.ts';
