export {
  type ApplicationConfig,
  type Colors,
  endProcess,
  type Input,
  type Io,
  main,
  type Output,
  processIo,
  type RunConfig,
  type WrittenLimits,
} from '@fcgi-js/cli';
