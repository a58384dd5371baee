import { describe, expect, test } from 'vitest';
import { costOf, InputBudget } from '../../src/engine/input-budget.ts';
import { RequestState } from '../../src/engine/request-state.ts';

const OVERHEAD = costOf(new Uint8Array(0));

/** A piece that counts for `cost`. */
function piece(cost: number): Uint8Array {
  return new Uint8Array(cost - OVERHEAD);
}

function newState(requestId = 1) {
  return new RequestState<unknown>(requestId, 1, true, 0);
}

test('a piece counts for its bytes and for what it occupies beside them', () => {
  expect(OVERHEAD).toBeGreaterThan(0);
  expect(costOf(new Uint8Array(1_000))).toBe(1_000 + OVERHEAD);
});

test('nothing stops while nothing is received', () => {
  expect(new InputBudget<unknown>(1_000, 4_000).stopped).toBe(false);
});

describe('one request', () => {
  test('stops the connection when it holds its limit, and not a byte before', () => {
    const budget = new InputBudget<unknown>(1_000, 4_000);
    const state = newState();
    budget.open();
    budget.add(state, piece(999 - OVERHEAD));
    expect(budget.stopped).toBe(false);
    budget.add(state, piece(1 + OVERHEAD));
    expect(state.buffered).toBe(1_000);
    expect(budget.stopped).toBe(true);
  });

  test('lets the connection go on when half of it was taken, and not a byte before', () => {
    const budget = new InputBudget<unknown>(1_000, 4_000);
    const state = newState();
    budget.open();
    budget.add(state, piece(1_000));
    budget.take(state, 499);
    expect(budget.stopped).toBe(true);
    budget.take(state, 1);
    expect(budget.stopped).toBe(false);
    expect(state.full).toBe(false);
  });

  test('that is full and receives no more stops nothing', () => {
    const budget = new InputBudget<unknown>(1_000, 4_000);
    const state = newState();
    budget.open();
    budget.add(state, piece(1_000));
    budget.close(state);
    expect(budget.stopped).toBe(false);
  });
});

describe('several requests', () => {
  test('stop the connection only when all that receive are full', () => {
    const budget = new InputBudget<unknown>(1_000, 10_000);
    const [first, second] = [newState(1), newState(2)];
    budget.open();
    budget.open();
    budget.add(first, piece(1_000));
    expect(budget.stopped).toBe(false);
    budget.add(second, piece(1_000));
    expect(budget.stopped).toBe(true);
    budget.take(first, 600);
    expect(budget.stopped).toBe(false);
  });

  test('stop the connection when one that could take more ends its body and the others are full', () => {
    const budget = new InputBudget<unknown>(1_000, 10_000);
    const [first, second] = [newState(1), newState(2)];
    budget.open();
    budget.open();
    budget.add(first, piece(1_000));
    budget.close(second);
    expect(budget.stopped).toBe(true);
    budget.open();
    expect(budget.stopped).toBe(false);
  });

  test('stop the connection when they hold its limit together, though none is full', () => {
    const budget = new InputBudget<unknown>(1_000, 1_500);
    const [first, second] = [newState(1), newState(2)];
    budget.open();
    budget.open();
    budget.add(first, piece(750));
    budget.add(second, piece(749));
    expect(budget.stopped).toBe(false);
    budget.take(second, 749);
    budget.add(second, piece(750));
    expect(budget.stopped).toBe(true);
  });

  test('let the connection go on when they hold half of its limit', () => {
    const budget = new InputBudget<unknown>(1_000, 1_500);
    const [first, second] = [newState(1), newState(2)];
    budget.open();
    budget.open();
    budget.add(first, piece(750));
    budget.add(second, piece(750));
    budget.take(first, 749);
    expect(budget.stopped).toBe(true);
    budget.take(first, 1);
    expect(budget.stopped).toBe(false);
  });

  test('are counted on after they received their bodies, until these are taken', () => {
    const budget = new InputBudget<unknown>(10_000, 1_500);
    const [first, second] = [newState(1), newState(2)];
    budget.open();
    budget.add(first, piece(800));
    budget.close(first);
    budget.open();
    budget.add(second, piece(700));
    expect(budget.stopped).toBe(true);
    budget.take(first, 800);
    expect(budget.stopped).toBe(false);
  });
});
