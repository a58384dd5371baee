import { createSocket, type Socket } from 'node:dgram';

/** The bare handle of a UDP socket. Node does not document it: it is looked for before it is used. */
export function datagramHandle(socket: Socket): unknown {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'state symbol',
  );
  const state: unknown = symbol && Reflect.get(socket, symbol);
  return typeof state === 'object' && state !== null ? Reflect.get(state, 'handle') : undefined;
}

/**
 * The handle of a UDP socket that this process has inherited; it receives nothing here.
 *
 * @param isIPv6 of its address
 */
export function inheritedDatagramHandle(fd: number, isIPv6: boolean): unknown {
  const socket = createSocket(isIPv6 ? 'udp6' : 'udp4');
  socket.bind({ fd });
  const handle = datagramHandle(socket);
  // Otherwise it would take datagrams from the workers.
  if (typeof handle === 'object' && handle !== null)
    Reflect.apply(Reflect.get(handle, 'recvStop'), handle, []);
  return handle;
}
