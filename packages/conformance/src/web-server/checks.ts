import { answerRecords } from './checks/answer-records.ts';
import { answers } from './checks/answers.ts';
import { bodies } from './checks/bodies.ts';
import { faults } from './checks/faults.ts';
import { requests } from './checks/requests.ts';
import { wrongRecords } from './checks/wrong-records.ts';
import type { WebServerCheck } from './session.ts';

/** All checks of web servers, in the order in which they run. */
export const webServerChecks: readonly WebServerCheck[] = [
  ...requests,
  ...bodies,
  ...answers,
  ...answerRecords,
  ...faults,
  ...wrongRecords,
];
