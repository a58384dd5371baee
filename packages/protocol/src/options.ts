export { FcgiOptionError } from './errors.ts';
export {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  functionSuchAs,
  integer,
  numberAbove,
  numberFrom,
  OBJECT,
  type OptionKind,
  type OptionKinds,
  oneOf,
  SIGNAL,
  TEXT,
} from './option-checks.ts';
