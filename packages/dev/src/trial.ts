export { openTrialGateway } from './trial-gateway.ts';
