export { hintFor, hintForStderr } from './request/hints.ts';
export { pathParams } from './request/path-params.ts';
export { type RequestDescription, requestParams } from './request/request-params.ts';
