import { describe, expect, test } from 'vitest';
import { type ConnectionPhase, ConnectionState } from '../../src/connection/connection-state.ts';

/** What can happen to a connection. */
const events = {
  finish: (state: ConnectionState) => state.finish(),
  keptRequest: (state: ConnectionState) => state.takeRequest(true),
  lastRequest: (state: ConnectionState) => state.takeRequest(false),
  lose: (state: ConnectionState) => state.lose(),
  peerFinish: (state: ConnectionState) => state.finishPeer(),
  stop: (state: ConnectionState) => state.stop(),
};

type Event = keyof typeof events;

/** How each state is reached. */
const paths: Record<ConnectionPhase, readonly Event[]> = {
  closing: ['stop'],
  fresh: [],
  gone: ['lose'],
  kept: ['keptRequest'],
  last: ['lastRequest'],
  lingering: ['finish'],
};

/** Where each event leads to; where none is named, it changes nothing. */
const transitions: Record<ConnectionPhase, Partial<Record<Event, ConnectionPhase>>> = {
  closing: { finish: 'lingering', lastRequest: 'last', lose: 'gone' },
  fresh: { finish: 'lingering', keptRequest: 'kept', lastRequest: 'last', lose: 'gone', stop: 'closing' },
  gone: {},
  kept: { finish: 'lingering', lastRequest: 'last', lose: 'gone', stop: 'closing' },
  last: { finish: 'lingering', lose: 'gone' },
  lingering: { lose: 'gone' },
};

function stateIn(phase: ConnectionPhase): ConnectionState {
  const state = new ConnectionState();
  for (const event of paths[phase]) events[event](state);
  return state;
}

const phases = Object.keys(paths) as ConnectionPhase[];
const cases = phases.flatMap((phase) =>
  (Object.keys(events) as Event[]).map(
    (event) => [phase, event, transitions[phase][event] ?? phase] as const,
  ),
);

describe('a connection', () => {
  test.each(cases)('in the state %s, after %s, is in the state %s', (phase, event, next) => {
    const state = stateIn(phase);
    expect(state.phase).toBe(phase);
    events[event](state);
    expect(state.phase).toBe(next);
  });

  test('sends its FIN once, and is gone once', () => {
    const state = stateIn('kept');
    expect([state.finish(), state.finish(), state.lose(), state.lose(), state.finish()]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  test.each(phases)(
    'in the state %s says whether requests can come, and whether it ends with them',
    (phase) => {
      const state = stateIn(phase);
      expect(state.isOpen).toBe(phase !== 'lingering' && phase !== 'gone');
      expect(state.endsWithRequests).toBe(phase === 'last' || phase === 'closing');
      state.finishPeer();
      expect([state.peerFinished, state.endsWithRequests]).toEqual([true, true]);
    },
  );
});
