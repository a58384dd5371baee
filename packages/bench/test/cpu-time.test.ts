import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coreTicks, cpuBetween, readCpu } from '../src/cpu-time.ts';

const reading = (user: number, system: number, threads: Record<string, number>) => ({
  ticks: { user, system },
  threads: new Map(Object.entries(threads)),
});

describe('CPU time between two readings', () => {
  test('is what all threads have used, to the nanosecond', () => {
    const before = reading(10, 5, { 1: 1_000_000, 2: 500_000 });
    const after = reading(11, 5, { 1: 3_500_000, 2: 500_000 });
    expect(cpuBetween(before, after).total).toBe(2_500);
  });

  test('counts threads that have started in between', () => {
    const before = reading(0, 0, { 1: 1_000 });
    const after = reading(0, 0, { 1: 2_000, 2: 4_000 });
    expect(cpuBetween(before, after).total).toBe(5);
  });

  test('comes from the ticks of the process when a thread has ended in between', () => {
    const before = reading(10, 5, { 1: 1_000_000, 2: 500_000 });
    const after = reading(13, 6, { 1: 3_500_000 });
    expect(cpuBetween(before, after)).toEqual({ total: 40_000, system: 10_000 });
  });

  test('comes from the ticks where the kernel says nothing of threads', () => {
    expect(cpuBetween(reading(1, 0, {}), reading(2, 0, {})).total).toBe(10_000);
  });

  test('has no larger part in the kernel than there is', () => {
    const before = reading(0, 0, { 1: 0 });
    const after = reading(0, 1, { 1: 4_000_000 });
    expect(cpuBetween(before, after)).toEqual({ total: 4_000, system: 4_000 });
  });
});

describe.skipIf(!existsSync('/proc/self/stat'))('the readings of Linux (there is a /proc)', () => {
  test('agree with what the process knows of itself', () => {
    const before = readCpu(process.pid);
    const own = process.cpuUsage();
    let last = own;
    while (last.user + last.system - own.user - own.system < 100_000) last = process.cpuUsage();
    const { total } = cpuBetween(before, readCpu(process.pid));
    const used = last.user + last.system - own.user - own.system;
    // The kernel brings the time of a thread that runs up to date with its clock, every 10 ms at the latest.
    expect(total).toBeGreaterThan(used - 20_000);
    expect(total).toBeLessThan(used + 100_000);
  });

  test('name the cores there are', () => {
    expect(coreTicks(0)).toBeGreaterThan(0);
    expect(coreTicks(100_000)).toBeUndefined();
  });
});
