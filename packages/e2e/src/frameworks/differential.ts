import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import type { MakeApplication } from './application.ts';
import type { Ask } from './ask.ts';
import type { WebServerManners } from './fastcgi-peer.ts';
import { startFastcgiSide } from './fastcgi-side.ts';
import { startHttpSide } from './http-side.ts';
import { askOnce, type Side } from './side.ts';

/** What is seen of an application from outside and from inside. */
export interface Observation {
  readonly answers: readonly ObservedAnswer[];
  /** Whether `req` and `res` of every request were closed. */
  readonly closed: boolean;
  readonly notes: readonly unknown[];
}

/** An answer in a form that can be compared. Of one that is not complete nothing is: how much came is chance. */
export interface ObservedAnswer {
  /** Each character is one byte. */
  readonly body?: string;
  readonly complete: boolean;
  readonly headers?: readonly string[];
  readonly status?: string;
}

/** A course of requests, and what is to be true of it whatever serves the application. */
export interface Course {
  /** Whether bodies and lengths count: not where it is chance how much there is. By default they do. */
  readonly bodies?: 'compared' | 'ignored';
  /**
   * What must hold on every side, or what the last answer must have; without it two servers that fail alike would
   * pass.
   */
  readonly expect: Partial<ObservedAnswer> | ((observation: Observation) => void);
  /**
   * Whether the order of what happens to `req` and what happens to `res` counts among each other, rather than for
   * each of them, or no order does. By default it does.
   */
  readonly order?: 'all' | 'each' | 'none';
  /** What this project's server reports through `onError`; by default nothing. */
  readonly reports?: readonly string[];
  /** One request, several one after the other, or whatever is to happen; gives what came back. */
  readonly run: Ask | readonly Ask[] | ((side: Side) => Promise<readonly Answer[]>);
}

const WEB_SERVERS: Readonly<Record<string, WebServerManners>> = {
  'a connection for each request': { keepConn: false, leaving: 'close' },
  'kept connections': { keepConn: true, leaving: 'abort' },
};

/**
 * Tests that an application behaves on this project's server as it does on `http.createServer`: the same requests go
 * to both, and what came back and what the application noted must be the same.
 *
 * @param name what the application is made of
 * @param make makes the application, anew for every course and side
 * @param courses by sentences about the behaviour that they prove
 */
export function differential(
  name: string,
  make: MakeApplication,
  courses: Readonly<Record<string, Course>>,
): void {
  describe(name, () => {
    test.each(Object.entries(courses))('%s', async (_title, course) => {
      const http = await startHttpSide(make);
      const expected = await observe(http, course, NODE_CLOSE_TIME).finally(() => http.close());
      if (typeof course.expect === 'function') course.expect(expected);
      else expect(expected.answers.at(-1)).toMatchObject(course.expect);
      for (const [webServer, manners] of Object.entries(WEB_SERVERS)) {
        const side = await startFastcgiSide(make, manners, http.connections);
        const observed = await observe(side, course, CLOSE_TIMEOUT).finally(() => side.close());
        expect(observed, `over FastCGI, ${webServer}`).toEqual({ ...expected, closed: true });
        expect(unexpected(side.reports), `reports, ${webServer}`).toEqual(course.reports ?? []);
      }
    });
  });
}

/** That a web server closes its connection is no fault, and whether its end or a reset comes first is chance. */
function unexpected(reports: readonly string[]): string[] {
  return reports.filter((code) => code !== 'FCGI_CONNECTION_LOST');
}

/** How long an application may take to see the end of its requests, in milliseconds. */
const CLOSE_TIMEOUT = 2_000;

/** How long we look at Node, which in some cases never closes a request of which a part is left unread. */
const NODE_CLOSE_TIME = 200;

async function observe(side: Side, course: Course, patience: number): Promise<Observation> {
  const answers = await run(side, course.run);
  const ends = side.recorder.closed().then(() => true);
  const closed = await Promise.race([ends, delay(patience, false)]);
  // What comes a second time would come now.
  await delay(5);
  return {
    answers: answers.map((answer) => toObserved(answer, course)),
    closed,
    notes: inOrder(side.recorder.notes, course),
  };
}

function inOrder(notes: readonly unknown[], { order = 'all' }: Course): unknown[] {
  // How often a stream drains is chance.
  const once = notes.filter((note, index) => note !== 'res drain' || notes[index - 1] !== note);
  if (order === 'all') return once;
  if (order === 'none') return once.sort((one, other) => (String(one) < String(other) ? -1 : 1));
  const isOfRequest = (note: unknown) => String(note).startsWith('req ');
  return [...once.filter((note) => !isOfRequest(note)), ...once.filter(isOfRequest)];
}

async function run(side: Side, course: Course['run']): Promise<readonly Answer[]> {
  if (typeof course === 'function') return await course(side);
  const asks = 'length' in course ? course : [course];
  const answers: Answer[] = [];
  for (const ask of asks) answers.push(await askOnce(side, ask));
  return answers;
}

function toObserved(answer: Answer, course: Course): ObservedAnswer {
  const { complete, headers, reason, status } = answer;
  if (!complete) return { complete };
  const body = course.bodies === 'ignored' ? '' : answer.body.toString('latin1');
  return {
    body,
    complete,
    headers: headers.map(([name, value]) => `${name}: ${value}`),
    status: `${status} ${reason}`,
  };
}
