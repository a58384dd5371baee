export {
  DevError,
  type DevErrorCode,
  type DevEvent,
  type Development,
  type DevOptions,
  startDev,
} from '@fcgi-js/dev';
