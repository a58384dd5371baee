export {
  type Bundle,
  BundleError,
  type BundleErrorCode,
  type BundleOptions,
  makeBundle,
  type NativeModule,
  type StaticFiles,
} from '@fcgi-js/bundle';
