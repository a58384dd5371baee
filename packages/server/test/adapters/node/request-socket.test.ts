import { once } from 'node:events';
import { Server } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RequestSocket } from '../../../src/adapters/node/request-socket.ts';
import type { SocketAddresses } from '../../../src/adapters/node/unconnected-socket.ts';

const ADDRESSES: SocketAddresses = {
  localAddress: '192.0.2.1',
  localPort: 443,
  remoteAddress: '2001:db8::1',
  remotePort: 54_321,
};

const UNKNOWN: SocketAddresses = {
  localAddress: undefined,
  localPort: undefined,
  remoteAddress: undefined,
  remotePort: undefined,
};

/** A socket whose peer writes down what it is told. */
function newSocket(addresses = ADDRESSES) {
  const told: unknown[] = [];
  const peer = {
    flowing: true,
    resume: () => told.push('resume'),
    write: (data: string | Uint8Array, encoding: BufferEncoding, callback: (() => void) | undefined) => {
      told.push(['write', data, encoding]);
      if (callback !== undefined) process.nextTick(callback);
      return peer.flowing;
    },
    destroyed: (error: Error | undefined) => told.push(['destroyed', error]),
    ended: () => told.push('ended'),
    timedOut: () => told.push('timedOut'),
    closed: () => told.push('closed'),
  };
  return { socket: new RequestSocket(peer, addresses, new Server()), peer, told };
}

describe('the socket of a request', () => {
  test('tells the addresses of the browser and of the web server', () => {
    const { socket } = newSocket();
    expect(socket).toBeInstanceOf(Socket);
    expect(socket).toMatchObject({
      ...ADDRESSES,
      localFamily: 'IPv4',
      remoteFamily: 'IPv6',
    });
    expect(socket.address()).toEqual({ address: '192.0.2.1', family: 'IPv4', port: 443 });
  });

  test('tells nothing that the web server does not tell', () => {
    const { socket } = newSocket(UNKNOWN);
    expect(socket.address()).toEqual({});
    expect(socket.remoteFamily).toBeUndefined();
    expect(socket.localFamily).toBeUndefined();
    expect('encrypted' in socket).toBe(false);
  });

  test('looks like one that is open', () => {
    expect(newSocket().socket).toMatchObject({
      closed: false,
      connecting: false,
      destroyed: false,
      pending: false,
      readable: true,
      readyState: 'open',
      writable: true,
      writableEnded: false,
      writableFinished: false,
      writableLength: 0,
    });
  });

  test('takes the settings of a socket and returns itself', () => {
    const { socket } = newSocket();
    expect(socket.setKeepAlive().setNoDelay().setDefaultEncoding().ref().unref().pause()).toBe(socket);
    expect(socket.read()).toBeNull();
    expect(() => socket.setEncoding()).toThrow('encoding');
  });

  test('counts how often it was corked', () => {
    const { socket } = newSocket();
    socket.cork();
    socket.cork();
    socket.uncork();
    expect(socket.writableCorked).toBe(1);
    socket.uncork();
    socket.uncork();
    expect(socket.writableCorked).toBe(0);
  });
});

describe('what is written to it', () => {
  test('is passed on with its encoding, UTF-8 where none is given', () => {
    const { socket, told } = newSocket();
    const bytes = Buffer.from('b');
    expect(socket.write('a', 'latin1')).toBe(true);
    socket.write(bytes);
    socket.write('c', null);
    expect(told).toEqual([
      ['write', 'a', 'latin1'],
      ['write', bytes, 'utf8'],
      ['write', 'c', 'utf8'],
    ]);
    expect(socket.bytesWritten).toBe(3);
  });

  test('is called back for, in either place of the callback', async () => {
    const { socket } = newSocket();
    const called: string[] = [];
    socket.write('a', () => called.push('second'));
    socket.write('a', 'latin1', () => called.push('third'));
    await nextTurn();
    expect(called).toEqual(['second', 'third']);
  });

  test('says when it is enough', () => {
    const { socket, peer } = newSocket();
    peer.flowing = false;
    expect(socket.write('a')).toBe(false);
    expect(socket.writableNeedDrain).toBe(true);
  });
});

describe('its end', () => {
  test('by destroy tells the peer, and "close" follows later, once', async () => {
    const { socket, told } = newSocket();
    const error = new Error('enough');
    const closes: unknown[] = [];
    socket.on('close', (hadError) => closes.push(hadError));
    expect(socket.destroy(error)).toBe(socket);
    socket.destroy(new Error('again'));
    expect(told).toEqual([['destroyed', error]]);
    expect(closes).toEqual([]);
    await nextTurn();
    expect(closes).toEqual([true]);
    expect(socket).toMatchObject({ destroyed: true, closed: true, readable: false, writable: false });
    expect(socket.readyState).toBe('closed');
    expect(socket.writableFinished).toBe(true);
  });

  test('by the request itself tells the peer only that it closes', async () => {
    const { socket, told } = newSocket();
    const closed = once(socket, 'close');
    RequestSocket.close(socket);
    RequestSocket.close(socket);
    await closed;
    socket.destroy();
    expect(told).toEqual(['closed']);
  });

  test('by end() sends the last words, and says that this was all', async () => {
    const { socket, told } = newSocket();
    const events: string[] = [];
    for (const name of ['finish', 'close']) socket.on(name, () => events.push(name));
    socket.end('bye', 'latin1', () => events.push('callback'));
    socket.end('again');
    expect(told).toEqual([['write', 'bye', 'latin1'], 'ended', ['write', 'again', 'utf8']]);
    await nextTurn();
    expect(events).toEqual(['finish', 'callback', 'close']);
    const other = newSocket();
    other.socket.end(() => {});
    expect(other.told).toEqual(['ended']);
    const third = newSocket();
    third.socket.destroySoon();
    expect(third.told).toEqual(['ended']);
  });

  test('without an error never emits "error"', async () => {
    const { socket } = newSocket();
    socket.destroy(new Error('nobody listens'));
    await nextTurn();
    expect(socket.destroyed).toBe(true);
  });
});

test('it asks its peer for the body until it is destroyed', () => {
  const { socket, told } = newSocket();
  expect(socket.resume()).toBe(socket);
  RequestSocket.close(socket);
  socket.resume();
  expect(told).toEqual(['resume']);
});

describe('its time-out', () => {
  /** A socket in a world whose clock the test moves, and how often it timed out. */
  function timed() {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { socket } = newSocket();
    let timeouts = 0;
    socket.on('timeout', () => {
      timeouts += 1;
    });
    return { socket, timeouts: () => timeouts };
  }

  test('comes after the time, and does not destroy it', () => {
    const { socket, timeouts } = timed();
    expect(socket.setTimeout(1_000)).toBe(socket);
    expect(socket.timeout).toBe(1_000);
    vi.advanceTimersByTime(999);
    expect(timeouts()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(timeouts()).toBe(1);
    expect(socket.destroyed).toBe(false);
  });

  test('begins anew with every byte in or out', () => {
    const { socket, timeouts } = timed();
    socket.setTimeout(1_000);
    vi.advanceTimersByTime(900);
    socket.write('x');
    vi.advanceTimersByTime(900);
    RequestSocket.touch(socket, 5);
    vi.advanceTimersByTime(900);
    expect(timeouts()).toBe(0);
    expect(socket.bytesRead).toBe(5);
    vi.advanceTimersByTime(100);
    expect(timeouts()).toBe(1);
  });

  test('can be taken back, and set anew', () => {
    const { socket, timeouts } = timed();
    socket.setTimeout(1_000);
    socket.setTimeout(0);
    vi.advanceTimersByTime(10_000);
    expect(timeouts()).toBe(0);
    socket.setTimeout(500);
    socket.setTimeout(5_000);
    vi.advanceTimersByTime(4_999);
    expect(timeouts()).toBe(0);
  });

  test('calls the function that was given with it, once, unless it is taken back', () => {
    const { socket } = timed();
    const called: string[] = [];
    const first = () => called.push('first');
    const second = () => called.push('second');
    socket.setTimeout(1_000, first);
    socket.setTimeout(1_000, second);
    socket.setTimeout(0, first);
    socket.setTimeout(1_000);
    vi.advanceTimersByTime(1_000);
    socket.setTimeout(1_000);
    vi.advanceTimersByTime(1_000);
    expect(called).toEqual(['second']);
  });

  test('does not come after its end', () => {
    const { socket, timeouts } = timed();
    socket.setTimeout(1_000);
    socket.destroy();
    socket.setTimeout(1_000);
    vi.advanceTimersByTime(10_000);
    expect(timeouts()).toBe(0);
  });
});
