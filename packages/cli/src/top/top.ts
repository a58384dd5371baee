import { escapeLogText } from '@fcgi-js/client';
import { secrecyOf } from '@fcgi-js/inspector';
import {
  poolsOf,
  ratesBetween,
  type StatusPage,
  type StatusReport,
  watchStatus,
} from '@fcgi-js/inspector/status';
import { colorsOf, type Io, ownMessages } from '@fcgi-js/runner/command';
import { CommandFailure } from '../command-failure.ts';
import { renderTop, type TopLines } from './render-top.ts';
import { Screen } from './screen.ts';
import { SORTS, type Sort } from './sort-workers.ts';

/** The arguments of `fcgi top`. */
export interface TopOptions {
  readonly interval: number;
  readonly once?: true;
  readonly path: string;
  readonly showSecrets?: true;
  readonly timeout: number;
}

/**
 * Shows what the workers of an application do, until a key or a signal ends it.
 *
 * @throws CommandFailure where there is no status
 */
export async function top(io: Io, address: string, options: TopOptions): Promise<void> {
  const { interval, once, path, timeout } = options;
  const page = { address, full: true, path, secrecy: secrecyOf(options), timeout };
  const isLive = io.stdout.isTTY === true && io.env['TERM'] !== 'dumb' && !once;
  await (isLive ? showLive(io, page, interval) : printTables(io, page, options));
}

const [, , byEventLoop] = SORTS;

async function showLive(io: Io, page: StatusPage, interval: number): Promise<void> {
  const quit = new AbortController();
  let sort: Sort = byEventLoop;
  let failure: string | undefined;
  let reports: readonly [StatusReport | undefined, StatusReport] | undefined;
  let screen: Screen | undefined;
  const draw = () => {
    if (reports !== undefined)
      screen?.draw(renderTop(reports[1].status, ratesBetween(...reports), sort), sort, failure);
  };
  const key = (name: string) => {
    if (name === 'q' || name === '^c') quit.abort();
    sort = SORTS.find((one) => one.key === name) ?? sort;
    draw();
  };
  try {
    const signal = AbortSignal.any([io.interrupted, quit.signal]);
    for await (const found of watchPool(page, interval, signal)) {
      if (found instanceof Error) failure = escapeLogText(found.message.replace(/\n[\s\S]*/, ''));
      else {
        failure = undefined;
        reports = [reports?.[1], { status: found, time: performance.now() }];
      }
      screen ??= new Screen(io, colorsOf(io.stdout, io.env), { key, resize: draw });
      draw();
    }
  } finally {
    screen?.close();
  }
}

/** The status of one application again and again. @throws CommandFailure where there are several to choose from */
async function* watchPool(page: StatusPage, interval: number, signal: AbortSignal) {
  for await (const found of watchStatus(page, interval, signal)) {
    if (!(found instanceof Error) && Array.isArray(found['pools'])) {
      const paths = poolsOf(found).map(({ pool }) => `--path ${page.path}/${pool}`);
      throw new CommandFailure(`There are several applications. Choose one: ${paths.join(', ')}`);
    }
    yield found;
  }
}

/** A table for each time between two looks. */
async function printTables(io: Io, page: StatusPage, { interval, once }: TopOptions): Promise<void> {
  let before: StatusReport | undefined;
  const complain = ownMessages(io, 'red');
  for await (const found of watchPool(page, interval, io.interrupted)) {
    if (found instanceof Error) {
      complain(found.message);
      continue;
    }
    const now = { status: found, time: performance.now() };
    if (before !== undefined) {
      io.stdout.write(plainText(renderTop(found, ratesBetween(before, now), byEventLoop)));
      if (once) return;
    }
    before = now;
  }
}

function plainText({ facts, head, workers }: TopLines): string {
  return [...facts, '', head, ...workers, '', ''].join('\n');
}
