import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What Node has for the option `onread` of outgoing connections: reading into memory that is there already. An accepted
 * socket has the same parts, but no documented way to say so. Each part is looked for before it is used; where one
 * is missing, the socket emits `data` as ever.
 */
interface UndocumentedParts {
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void };
}

/** As much as Node reads at once. */
const READ_BYTES = 65_536;

/** What nearly everything is read into. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** What the socket that has just been read is to read into next. */
let following = shared;

const symbols = Object.getOwnPropertySymbols(new Socket());
const BUFFER = symbolNamed('kBuffer');
const CALLBACK = symbolNamed('kBufferCb');
const NEXT_BUFFER = symbolNamed('kBufferGen');

/**
 * Makes a function that has an accepted socket read into memory that all such sockets share: memory of its own for each
 * read costs more than the read itself. Who sends as much as fits gets memory of its own for the next read, so that a
 * long body need not be copied.
 *
 * @param receive used in the place of `data`, where that is possible; `lent` bytes change with the next read. Gives false
 *   where the socket is not to be read before it is asked again, as `push()` of a stream does
 * @returns makes it so, and gives whether that is possible: the socket then emits no `data`
 */
export function sharedReader(
  receive: (socket: Duplex, bytes: Buffer, lent: boolean) => boolean,
): (socket: Duplex) => boolean {
  function onRead(this: Duplex, length: number, buffer: Buffer): boolean {
    following = length === READ_BYTES ? Buffer.allocUnsafeSlow(READ_BYTES) : shared;
    // A short piece would hold on to all of its memory.
    return receive(this, buffer.subarray(0, length), buffer === shared || length * 4 < READ_BYTES);
  }
  return (socket) => {
    const handle = handleOf(socket);
    if (BUFFER === undefined || CALLBACK === undefined || NEXT_BUFFER === undefined) return false;
    if (typeof handle?.useUserBuffer !== 'function') return false;
    const parts = socket as Duplex & Record<symbol, unknown>;
    parts[BUFFER] = shared;
    parts[NEXT_BUFFER] = nextBuffer;
    parts[CALLBACK] = onRead;
    handle.useUserBuffer(shared);
    return true;
  };
}

function handleOf(socket: Duplex & UndocumentedParts): UndocumentedParts['_handle'] {
  return socket._handle;
}

function nextBuffer(): Buffer {
  return following;
}

function symbolNamed(name: string): symbol | undefined {
  return symbols.find(({ description }) => description === name);
}
