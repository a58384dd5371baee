export { BundleError, type BundleErrorCode } from './errors.ts';
export type { NativeModule } from './facts.ts';
export { type Bundle, makeBundle } from './make-bundle.ts';
export type { BundleOptions, StaticFiles } from './options.ts';
