import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { OpenConnections, type Timed } from '../../src/connection/open-connections.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
  };
});

function opened(connections = new OpenConnections<Timed>()) {
  const times: number[] = [];
  const connection = { place: -1, check: (now: number) => void times.push(now) };
  connections.add(connection);
  onTestFinished(() => connections.delete(connection));
  return { connection, connections, times };
}

describe('the time of open connections', () => {
  test('goes on while one is open, and each checks its time-outs', () => {
    const { connections, times } = opened();
    expect(connections.now).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(connections.now).toBe(1_000);
    expect(times).toHaveLength(10);
    expect(times.at(-1)).toBe(1_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('has one timer for all', () => {
    const connections = new OpenConnections<Timed>();
    for (let i = 0; i < 100; i += 1) opened(connections);
    expect(connections.size).toBe(100);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('stands still while none is open', () => {
    const { connection, connections } = opened();
    vi.advanceTimersByTime(500);
    connections.delete(connection);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(connections.now).toBe(500);
    const { times } = opened(connections);
    vi.advanceTimersByTime(100);
    expect(times).toEqual([600]);
  });

  test('keeps its timer where each request has a connection of its own', () => {
    const { connection, connections, times } = opened();
    vi.advanceTimersByTime(50);
    connections.delete(connection);
    connections.add(connection);
    vi.advanceTimersByTime(50);
    expect(times).toEqual([100]);
  });

  test('goes on for the others when one is closed, twice', () => {
    const { connection, connections } = opened();
    const { times } = opened(connections);
    connections.delete(connection);
    connections.delete(connection);
    expect(connections.size).toBe(1);
    vi.advanceTimersByTime(200);
    expect(times).toHaveLength(2);
  });

  test('lets any of them close during the checks, and checks each of the others', () => {
    const connections = new OpenConnections<Timed>();
    const told: number[] = [];
    const many = Array.from({ length: 50 }, (_, index) => ({
      place: -1,
      check: () => {
        told.push(index);
        if (index % 3 === 0) connections.delete(many[index]!);
        if (index % 7 === 0) connections.delete(many[(index * 5) % 50]!);
      },
    }));
    for (const each of many) connections.add(each);
    vi.advanceTimersByTime(100);
    const left = connections.all();
    expect(left.map((each) => each.place)).toEqual(left.map((_, index) => index));
    expect(many.filter((each) => each.place !== -1 && !told.includes(many.indexOf(each)))).toEqual([]);
    for (const each of left) connections.delete(each);
    expect(connections.size).toBe(0);
  });

  test('lets one close during its own check', () => {
    const { connections, times } = opened();
    const once = { place: -1, check: () => connections.delete(once) };
    connections.add(once);
    vi.advanceTimersByTime(300);
    expect(times).toHaveLength(3);
  });
});

test('time in which this process was busy hardly counts, because it could receive nothing', () => {
  const { connections, times } = opened();
  vi.advanceTimersByTime(100);
  // The process does nothing else for an hour; then one tick comes.
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
  vi.advanceTimersByTime(100);
  expect(connections.now).toBe(300);
  expect(times.at(-1)).toBe(300);
});
