export { isExpectedHost, unexpectedHostText } from './expected-host.ts';
