import { describe, expect, test } from 'vitest';
import { Phase, RequestState, UNKNOWN_LENGTH } from '../../src/engine/request-state.ts';

const RESPONDER = 1;
const AUTHORIZER = 2;
const FILTER = 3;

function stateOf(role: number, contentLength = UNKNOWN_LENGTH, dataLength = UNKNOWN_LENGTH) {
  const state = new RequestState<unknown>(7, role, true, 1_000);
  state.endParams(contentLength, dataLength);
  return state;
}

test('a request begins with its params', () => {
  const state = new RequestState<unknown>(65_535, RESPONDER, false, 1_000);
  expect(state).toMatchObject({ requestId: 65_535, role: RESPONDER, keepConn: false, lastInput: 1_000 });
  expect(state.phase).toBe(Phase.Params);
  expect(state.receiving).toBe(false);
  expect(state.owner).toBeUndefined();
});

describe('after the params', () => {
  test('a responder receives STDIN, and then nothing more', () => {
    const state = stateOf(RESPONDER);
    expect(state.phase).toBe(Phase.Stdin);
    expect(state.receiving).toBe(true);
    expect(state.expectsData).toBe(false);
    state.endBody();
    expect(state.phase).toBe(Phase.Received);
    expect(state.receiving).toBe(false);
  });

  test('a filter receives STDIN, then DATA, and then nothing more', () => {
    const state = stateOf(FILTER);
    expect(state.expectsData).toBe(true);
    expect(state.phase).toBe(Phase.Stdin);
    state.endBody();
    expect(state.phase).toBe(Phase.Data);
    expect(state.receiving).toBe(true);
    state.endBody();
    expect(state.phase).toBe(Phase.Received);
  });

  test('an authorizer receives nothing, whatever length is announced', () => {
    const state = stateOf(AUTHORIZER, 10, 10);
    expect(state.phase).toBe(Phase.Received);
    expect(state.receiving).toBe(false);
    expect(state.missing).toBe(0);
  });

  test('no more of the body is wanted once it was stopped, not even DATA', () => {
    const state = stateOf(FILTER);
    state.stopBody();
    expect(state.phase).toBe(Phase.Received);
  });
});

describe('the announced length', () => {
  test('lets through as many bytes and no more', () => {
    const state = stateOf(RESPONDER, 10);
    expect(state.missing).toBe(10);
    expect(state.accept(4)).toBe(4);
    expect(state.missing).toBe(6);
    expect(state.bodyComplete).toBe(false);
    expect(state.accept(7)).toBe(6);
    expect(state.bodyComplete).toBe(true);
    expect(state.accept(1)).toBe(0);
    expect(state.bodyBytes).toBe(10);
  });

  test('of nothing is complete at once', () => {
    expect(stateOf(RESPONDER, 0).bodyComplete).toBe(true);
  });

  test('that is not known lets everything through, and nothing is missing', () => {
    const state = stateOf(RESPONDER);
    expect(state.accept(1_000_000)).toBe(1_000_000);
    expect(state.bodyComplete).toBe(false);
    expect(state.missing).toBe(0);
    expect(state.bodyBytes).toBe(1_000_000);
  });

  test('of DATA is counted apart from that of STDIN', () => {
    const state = stateOf(FILTER, 3, 5);
    state.accept(3);
    state.endBody();
    expect(state.bodyBytes).toBe(0);
    expect(state.bodyComplete).toBe(false);
    expect(state.missing).toBe(5);
    expect(state.accept(9)).toBe(5);
    expect(state.bodyBytes).toBe(5);
  });
});

test.each([
  ['in its params', () => new RequestState<unknown>(7, RESPONDER, true, 0)],
  ['in STDIN', () => stateOf(RESPONDER)],
  [
    'in DATA',
    () => {
      const state = stateOf(FILTER);
      state.endBody();
      return state;
    },
  ],
  ['that is complete', () => stateOf(AUTHORIZER)],
])('a request %s can end', (_, make) => {
  const state = make();
  state.end();
  expect(state.phase).toBe(Phase.Ended);
  expect(state.receiving).toBe(false);
});
