import { answers } from './cases/answers.ts';
import { basics } from './cases/basics.ts';
import { connections } from './cases/connections.ts';
import { failures } from './cases/failures.ts';
import { uploads } from './cases/uploads.ts';
import { urls } from './cases/urls.ts';
import type { ConformanceCase, Deviation } from './conformance-case.ts';

const cases = { ...basics, ...urls, ...uploads, ...answers, ...connections, ...failures };

/** What a case is called in the tables of deviations. */
export type CaseName = keyof typeof cases;

/** Every case that the web servers and listen modes of these tests have to pass. */
export const conformanceList: ReadonlyMap<string, ConformanceCase> = new Map(Object.entries(cases));

/** The deviations of one web server in one configuration. */
export type Deviations = Readonly<Partial<Record<CaseName, Deviation>>>;
