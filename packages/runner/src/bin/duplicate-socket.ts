import { Socket } from 'node:net';
import { HELPER_SOCKET } from '../pool/demand-listener.ts';

/**
 * The process that sends the listening socket it was given back to its parent, which so has a duplicate of it. It does not listen
 * itself, because what it accepted would be lost: a `net.Socket` that is never read only holds the descriptor.
 */
const socket = new Socket({ fd: HELPER_SOCKET, readable: false, writable: false });
const { _handle } = socket as Socket & { readonly _handle?: Socket };
process.send?.({}, _handle, {}, () => process.exit());
