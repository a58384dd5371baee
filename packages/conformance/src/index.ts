export type { CheckFacts, CheckLevel, CheckNeeds, CheckSubject } from './check.ts';
export { ConformanceError, type ConformanceErrorCode } from './errors.ts';
export { type ExpectedFailure, readExpectedFailures } from './expected-failures.ts';
export { type Badge, badgeOf } from './report/badge.ts';
export { htmlReport } from './report/html.ts';
export { junitReport } from './report/junit.ts';
export { checkLine, resultText, summaryText } from './report/text.ts';
export type { CheckResult, ConformanceReport } from './result.ts';
export {
  type ConformanceOptions,
  type ConformanceTarget,
  checks,
  runConformance,
} from './run-conformance.ts';
