import { escapeLogText } from '@fcgi-js/inspector/text';
import type { PortChoice } from '../application/application-servers.ts';
import type { RequestLogOptions } from '../logs/request-logs.ts';
import { type HintTopic, isHintTopic } from '../missing-connections.ts';
import type { LateSettings } from '../process/launch-settings.ts';
import type { ServeOptions } from '../serve-application.ts';
import { type Figures, readFigures } from '../status/figures.ts';
import type { Snapshot } from '../status/snapshot.ts';
import type { StatusPaths } from '../status/status-site.ts';
import type { RecycleLimits, RecycleReason } from '../worker/recycling.ts';
import type { PortAnswer, PortMessage } from './worker-ports.ts';

/** What the parent tells a worker. */
export type ParentMessage =
  | { readonly fcgi: 'start'; readonly options: WorkerOptions }
  /** Say that the event loop turns. */
  | { readonly fcgi: 'ask' }
  /** Tell your figures now. */
  | { readonly fcgi: 'report' }
  /** What was asked for. */
  | { readonly fcgi: 'status'; readonly snapshot: Snapshot }
  /** Log files have been renamed: go on in new ones. */
  | { readonly fcgi: 'reopen' }
  /** Stop accepting, let requests end, then exit. With a successor, kept connections are passed to it. */
  | { readonly fcgi: 'stop'; readonly hasSuccessor: boolean }
  /** Serve this connection, which comes with the message. */
  | { readonly fcgi: 'connection' }
  /** The answer to `wanted` of {@link PortMessage}; a shared socket comes with it. */
  | { readonly fcgi: 'port'; readonly is: PortAnswer; readonly where: string };

/** What a worker tells the parent. */
export type WorkerMessage =
  /** Lines of its logs for an output of the parent. */
  | { readonly fcgi: 'log'; readonly lines: string; readonly to: 'stderr' | 'stdout' }
  /** It serves an application of this kind. */
  | { readonly fcgi: 'ready'; readonly application: string }
  /** It takes no new connections any more. */
  | { readonly fcgi: 'closed' }
  /** The answer to `ask`. */
  | { readonly fcgi: 'alive' }
  /** What it has come to. */
  | { readonly fcgi: 'figures'; readonly figures: Figures }
  /** It has had no request for a while, or has one again. */
  | { readonly fcgi: 'idle'; readonly isIdle: boolean }
  /** It wants to be replaced. */
  | ({ readonly fcgi: 'recycle' } & RecycleReason)
  /** It was sent the signal to have the application loaded anew. */
  | { readonly fcgi: 'reload' }
  /** It wants to know the figures of all. */
  | { readonly fcgi: 'status' }
  /** Its successor is to have this connection, which comes with the message. */
  | { readonly fcgi: 'connection' }
  /** The operator is to know something, once for all workers. */
  | { readonly fcgi: 'hint'; readonly text: string; readonly topic: HintTopic }
  /** What becomes of a port of the application. */
  | PortMessage
  /** The operator is to know something. */
  | { readonly fcgi: 'say'; readonly text: string };

/** What a worker logs, and under which number. */
export interface WorkerLogOptions extends RequestLogOptions {
  readonly worker: number;
}

/** What a worker has to know. Times are in seconds. */
export interface WorkerOptions extends LateSettings, Omit<ServeOptions, 'listen' | 'notice' | 'upgrades'> {
  readonly args: readonly string[];
  /** Seconds for which its event loop may be blocked; default {@link requestTimeout}. */
  readonly blockedTimeout?: number;
  /** Says which of the application's servers is served. */
  readonly choice: PortChoice;
  readonly file: string;
  /** Seconds without a request after which it says that it is idle. Without it, it does not say so. */
  readonly idleExit?: number;
  readonly logs?: WorkerLogOptions;
  /** Modules that are loaded before the application; default none. */
  readonly preload?: readonly string[];
  readonly recycle: RecycleLimits;
  readonly startTimeout: number;
  /** The pages that it is to serve. Without them, figures are not kept. */
  readonly status?: StatusPaths;
  readonly stopTimeout: number;
  /** Where upgrades are served, for messages; its socket is there then. */
  readonly upgradeAddress?: string;
  /** How many of them share the requests; default 1. */
  readonly workers?: number;
}

/** Characters of a worker's text that get into a log. */
const LONGEST_TEXT = 500;

/** Messages that say nothing else. */
const BARE = ['alive', 'closed', 'connection', 'reload', 'status'] as const;

/**
 * Reads what came from a worker. The application can write what it likes to the descriptor of the channel, and the parent may
 * have more rights than it: whatever is not of the form is nothing.
 */
export function readWorkerMessage(given: unknown): WorkerMessage | undefined {
  if (typeof given !== 'object' || given === null || !('fcgi' in given)) return undefined;
  const { application, event, fcgi, figures, isIdle, limit, lines, reason, text, to, topic, where } =
    given as Record<string, unknown>;
  if (fcgi === 'log' && typeof lines === 'string' && (to === 'stderr' || to === 'stdout')) {
    return { fcgi, lines: lines.endsWith('\n') ? lines : `${lines}\n`, to };
  }
  if (fcgi === 'ready' && typeof application === 'string') {
    return { fcgi, application: escapeLogText(application.slice(0, LONGEST_TEXT)) };
  }
  if (fcgi === 'port' && isPortEvent(event) && typeof where === 'string') return { event, fcgi, where };
  const bare = BARE.find((name) => name === fcgi);
  if (bare !== undefined) return { fcgi: bare };
  if (fcgi === 'idle' && typeof isIdle === 'boolean') return { fcgi, isIdle };
  if (fcgi === 'figures') {
    const read = readFigures(figures);
    return read === undefined ? undefined : { fcgi, figures: read };
  }
  if (fcgi === 'recycle' && typeof reason === 'string' && isLimit(limit))
    return { fcgi, limit, reason: escapeLogText(reason.slice(0, LONGEST_TEXT)) };
  if (fcgi === 'hint' && typeof text === 'string' && isHintTopic(topic))
    return { fcgi, text: escapeLogText(text.slice(0, LONGEST_TEXT)), topic };
  if (fcgi === 'say' && typeof text === 'string')
    return { fcgi, text: escapeLogText(text.slice(0, LONGEST_TEXT)) };
  return undefined;
}

function isPortEvent(given: unknown): given is PortMessage['event'] {
  return given === 'closed' || given === 'opened' || given === 'wanted';
}

function isLimit(given: unknown): given is RecycleReason['limit'] {
  return given === 'maxAge' || given === 'maxMemory' || given === 'maxRequests';
}
