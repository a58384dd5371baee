export { OptionValueError } from './errors.ts';
export { parseDuration, parsePath, parseSize } from './options/amounts.ts';
export type { WrittenLimits } from './options/limit-kind.ts';
export { applicationPort } from './options/option-kinds.ts';
export { type ApplicationConfig, flagOf, optionList, type RunConfig } from './options/run-options.ts';
export { printSettings, readSettings } from './options/settings.ts';
