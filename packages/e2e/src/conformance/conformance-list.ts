import { answers } from './cases/answers.ts';
import { basics } from './cases/basics.ts';
import { connections } from './cases/connections.ts';
import { failures } from './cases/failures.ts';
import { sites } from './cases/sites.ts';
import { uploads } from './cases/uploads.ts';
import { urls } from './cases/urls.ts';
import type { ConformanceCase, Deviation } from './conformance-case.ts';

const cases = { ...basics, ...urls, ...uploads, ...answers, ...connections, ...failures };

const siteCases = {
  ...sites,
  get: basics.get,
  requestFields: basics.requestFields,
  proxyField: basics.proxyField,
  redirects: basics.redirects,
  ...urls,
  emptyPost: uploads.emptyPost,
  smallPost: uploads.smallPost,
  chunkedPost: uploads.chunkedPost,
  progressiveUpload: uploads.progressiveUpload,
  progressiveAnswer: answers.progressiveAnswer,
  eventStream: answers.eventStream,
  fastBesideSlow: connections.fastBesideSlow,
};

/** What a case is called in the tables of deviations. */
export type CaseName = keyof typeof cases | keyof typeof siteCases;

/** Every case that the web servers and listen modes of these tests have to pass. */
export const conformanceList: ReadonlyMap<string, ConformanceCase> = new Map(Object.entries(cases));

/** What a configuration can spoil: the cases for every configuration of a web server. */
export const siteList: ReadonlyMap<string, ConformanceCase> = new Map(Object.entries(siteCases));

/** The deviations of one web server in one configuration. */
export type Deviations = Readonly<Partial<Record<CaseName, Deviation>>>;
