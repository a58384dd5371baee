export type { Additions, TrialGateway, TrialGatewayOptions } from './additions.ts';
export type { PortChoice } from './application/application-servers.ts';
export { findApplication } from './application/find-application.ts';
export { type HeldSocket, openSocket } from './pool/held-socket.ts';
export { WorkerPorts } from './pool/worker-ports.ts';
export { WorkerProcess } from './pool/worker-process.ts';
export { watchStopSignals } from './process/stop-signals.ts';
export { mountFor } from './project/options-for.ts';
export { runProcess } from './run-process.ts';
