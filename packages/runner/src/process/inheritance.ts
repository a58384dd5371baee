import { isFcgiListenSocket } from '@fcgi-js/server';
import type { HeldPort } from '../pool/worker-ports.ts';

/** A socket that a runner leaves to the one that takes its place. */
export interface LeftSocket {
  /** Where it listens, for messages. */
  readonly address: string;
  /** What comes to it, where that is not requests. */
  readonly carries?: 'upgrades';
  readonly fd: number;
  /** Which file the one of a Unix socket is, where it has one that ends with the runner. */
  readonly file?: string;
  /** What `listen` said when it was opened. */
  readonly listen: string;
  /** Those that its application has opened itself. */
  readonly ports: readonly HeldPort[];
  /** Whether its application has ever served: then it must do so before it is handed over. */
  readonly serves: boolean;
}

/** What a runner leaves to the one that takes its place. */
export interface Inheritance {
  /** The process that has opened the sockets. */
  readonly pid: number;
  readonly sockets: readonly LeftSocket[];
}

/** The environment variable with which one runner starts the next. */
export const INHERITANCE_VARIABLE = 'FCGI_RUN_INHERITANCE';

/** The first descriptor on which the next runner finds a socket. */
const FIRST_DESCRIPTOR = 3;

/** @returns undefined where it does not have what a runner writes into it */
export function readInheritance(text: string): Inheritance | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, sockets } = value as Readonly<Record<string, unknown>>;
  const isWhole = typeof pid === 'number' && Array.isArray(sockets) && sockets.every(isLeftSocket);
  return isWhole ? { pid, sockets } : undefined;
}

function isLeftSocket(given: unknown): given is LeftSocket {
  if (typeof given !== 'object' || given === null) return false;
  const { address, carries, fd, file, listen, ports, serves } = given as Readonly<Record<string, unknown>>;
  const isWhole = typeof address === 'string' && typeof listen === 'string' && typeof serves === 'boolean';
  const hasFile = file === undefined || typeof file === 'string';
  const isKnown = carries === undefined || carries === 'upgrades';
  return (
    isWhole && isKnown && hasFile && Number.isInteger(fd) && Array.isArray(ports) && ports.every(isHeldPort)
  );
}

function isHeldPort(given: unknown): given is HeldPort {
  if (typeof given !== 'object' || given === null) return false;
  const { fd, where } = given as Readonly<Record<string, unknown>>;
  return Number.isInteger(fd) && typeof where === 'string';
}

/** Why what is said to be left does not come from the process that has started this one; undefined where it does. */
export function whyForeign(left: Inheritance | undefined): string | undefined {
  if (left === undefined) return 'it does not have what fcgi run writes into it';
  if (left.pid !== process.ppid) {
    return `it names process ${left.pid}, and this process was started by ${process.ppid}`;
  }
  if (!process.connected) return 'the process that has started this one has opened no channel to it';
  const other = left.sockets.find(({ fd }) => !isFcgiListenSocket(fd));
  return other === undefined ? undefined : `descriptor ${other.fd} is not a listening socket`;
}

/** The sockets with the descriptors that the next runner has, and in their order those that this one has. */
export function renumbered(sockets: readonly LeftSocket[]): { descriptors: number[]; left: Inheritance } {
  const descriptors: number[] = [];
  const moved = (fd: number) => FIRST_DESCRIPTOR + descriptors.push(fd) - 1;
  const left = sockets.map((socket) => ({
    ...socket,
    fd: moved(socket.fd),
    ports: socket.ports.map(({ fd, where }) => ({ fd: moved(fd), where })),
  }));
  return { descriptors, left: { pid: process.pid, sockets: left } };
}
