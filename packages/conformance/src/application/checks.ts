import { answers } from './checks/answers.ts';
import { bodies } from './checks/bodies.ts';
import { connections } from './checks/connections.ts';
import { floods } from './checks/floods.ts';
import { framing } from './checks/framing.ts';
import { ids } from './checks/ids.ts';
import { management } from './checks/management.ts';
import { padding } from './checks/padding.ts';
import { pairs } from './checks/pairs.ts';
import { probeAnswers } from './checks/probe-answers.ts';
import { probeBodies } from './checks/probe-bodies.ts';
import { probeParams } from './checks/probe-params.ts';
import { rolesAndAborts } from './checks/roles-and-aborts.ts';
import type { ApplicationCheck } from './session.ts';

/** All checks of applications, in the order in which they run. */
export const applicationChecks: readonly ApplicationCheck[] = [
  ...answers,
  ...connections,
  ...framing,
  ...padding,
  ...ids,
  ...management,
  ...rolesAndAborts,
  ...bodies,
  ...pairs,
  ...floods,
  ...probeParams,
  ...probeBodies,
  ...probeAnswers,
];
