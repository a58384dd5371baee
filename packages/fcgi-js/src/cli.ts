export {
  type Colors,
  endProcess,
  type Input,
  type Io,
  main,
  type Output,
  processIo,
  type RunConfig,
} from '@fcgi-js/cli';
