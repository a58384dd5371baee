import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MakeApplication } from './application.ts';
import type { Ask } from './ask.ts';
import { type Course, differential } from './differential.ts';
import { codeOf } from './recorder.ts';

/** One thing that an application does with a request, and what must come of it. */
export interface Action extends Omit<Course, 'run'> {
  readonly ask?: Ask | readonly Ask[] | Course['run'];
  /** Ends the response itself, or leaves that to the harness. */
  readonly does: (context: ActionContext) => unknown;
}

/** What an action has at hand. */
export interface ActionContext {
  /** Notes what a call gives, or the code of what it throws. */
  readonly attempt: (call: () => unknown) => void;
  readonly note: (what: unknown) => void;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/**
 * Tests actions as {@link differential} does, each as an application of its own.
 *
 * @param name what the actions are about
 * @param actions by sentences about the behaviour that they prove
 */
export function differentialActions(name: string, actions: Readonly<Record<string, Action>>): void {
  for (const [title, { ask, does, ...course }] of Object.entries(actions)) {
    differential(name, applicationOf(does), { [title]: { ...course, run: ask ?? {} } });
  }
}

function applicationOf(does: Action['does']): MakeApplication {
  return ({ note }) =>
    async (req, res) => {
      const attempt = (call: () => unknown) => {
        try {
          note(call());
        } catch (error) {
          note(['thrown', codeOf(error)]);
        }
      };
      try {
        await does({ attempt, note, req, res });
      } catch (error) {
        // Node would end the process.
        note(['failed', codeOf(error)]);
        res.destroy();
      }
    };
}
