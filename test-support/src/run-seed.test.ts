import { afterEach, expect, test, vi } from 'vitest';
import { runSeed } from './run-seed.ts';

afterEach(() => vi.unstubAllEnvs());

test('runs are the same each time, as long as nobody asks for others', () => {
  vi.stubEnv('XC_SEED', undefined);
  vi.stubEnv('XC_LONG', undefined);
  expect([runSeed(7), runSeed(7)]).toEqual([7, 7]);
});

test('a run is repeated by its seed', () => {
  vi.stubEnv('XC_SEED', '42');
  vi.stubEnv('XC_LONG', '1');
  expect(runSeed(7)).toBe(42);
});

test('long runs are new ones each time', () => {
  vi.stubEnv('XC_SEED', undefined);
  vi.stubEnv('XC_LONG', '1');
  expect(new Set(Array.from({ length: 20 }, () => runSeed(7))).size).toBeGreaterThan(10);
});
