export {
  apacheProxyFix,
  authorizationFix,
  cgiRootFix,
  composeParams,
  type ForwardedOptions,
  forwarded,
  iisFix,
  lighttpdCgiRootFix,
  type ParamsTransform,
  pathInfoFromRequestUri,
  scriptNamePrefix,
  scriptNameStripper,
} from '@fcgi-js/middleware';
