import { ChildProcess } from 'node:child_process';

/**
 * A process as Node starts it. Node does not document the two parts of it that are used here: they are looked for before they are
 * used, and every release line is tested.
 */
interface Spawnable {
  spawn(options: SpawnOptions): unknown;
}

/** Node puts the ends of the channels that it has made in the place of the words. */
interface SpawnOptions {
  readonly file: string;
  readonly stdio: unknown[];
}

/** The end of a channel, before anything is open. */
interface UnopenedEnd {
  open(descriptor: number): void;
}

/**
 * In the environment of a process that Node starts with a channel: hides the channel from Node there, which would make it that of
 * `process`. Node appends the descriptor under the same name, and of two variables of one name the first one counts.
 */
export const WITHOUT_CHANNEL: Readonly<Record<string, string>> = { NODE_CHANNEL_FD: '' };

/** Variables of Node about a channel. */
const VARIABLES = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];

/**
 * Opens the channel to the process that has started this one with {@link WITHOUT_CHANNEL}. It is one of Node, with messages and
 * connections, but not that of `process`: an application has its own `process.send`, `process.disconnect()` and
 * `process.on('message')`, or none.
 *
 * Node makes such channels only for `process` and for the processes that it starts. So here it starts one, and nothing happens in
 * that moment but that the descriptor is opened.
 *
 * @param descriptor of the channel
 * @returns an emitter of `message` and `disconnect`, with `send()`, `disconnect()` and `channel`; it keeps this process running until
 * `channel.unref()`
 * @throws Error where this version of Node has no such parts
 */
export function openPrivateChannel(descriptor: number): ChildProcess {
  // What the application starts is not to find them.
  for (const name of VARIABLES) delete process.env[name];
  const channel = new ChildProcess();
  const unstarted: unknown = Reflect.get(channel, '_handle');
  const stdio: unknown[] = ['ipc', 'ignore', 'ignore'];
  if (!isSpawnable(channel) || !isObject(unstarted)) throw unknownNode();
  Reflect.set(unstarted, 'spawn', () => {
    const [end] = options.stdio;
    const handle = isObject(end) ? Reflect.get(end, 'handle') : undefined;
    if (!isUnopened(handle)) throw unknownNode();
    handle.open(descriptor);
    return 0;
  });
  const options: SpawnOptions = { file: process.execPath, stdio };
  channel.spawn(options);
  // Without a listener, a message that does not arrive would end this process.
  channel.on('error', () => {});
  return channel;
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null;
}

function isSpawnable(given: object): given is Spawnable {
  return typeof Reflect.get(given, 'spawn') === 'function';
}

function isUnopened(given: unknown): given is UnopenedEnd {
  return isObject(given) && typeof Reflect.get(given, 'open') === 'function';
}

function unknownNode(): Error {
  return new Error(
    `Node ${process.version} cannot open the channel between fcgi run and its worker. Use a version that docs/versions.md names.`,
  );
}
