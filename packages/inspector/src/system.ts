export { readProc, socketsOf, type TcpListener, tcpListeners, type UnixSocket, unixSockets } from './proc.ts';
