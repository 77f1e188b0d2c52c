import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import vectors from '../test/vectors/cache.json' with { type: 'json' };
import { shouldRefreshEarly } from './should-refresh-early.ts';

for (const { refresh, ...facts } of vectors.xfetch) {
  test(`${refresh ? 'refreshes' : 'waits'} at ${facts.now} of ${facts.expiresAt} (delta ${facts.deltaMs}, beta ${facts.beta}, random ${facts.random})`, () => {
    expect(shouldRefreshEarly(facts)).toBe(refresh);
  });
}

test('is likelier the longer the load takes: at distance d from the expiry by e^(-d / (delta * beta))', () => {
  const random = new SeededRandom(7);
  const share = (deltaMs: number, beta: number) => {
    let yes = 0;
    for (let n = 0; n < 20_000; n++) {
      if (shouldRefreshEarly({ now: 900, expiresAt: 1_000, deltaMs, beta, random: 1 - random.next() })) yes++;
    }
    return yes / 20_000;
  };
  expect(share(100, 1)).toBeCloseTo(Math.exp(-1), 1);
  expect(share(50, 1)).toBeCloseTo(Math.exp(-2), 1);
  expect(share(100, 2)).toBeCloseTo(Math.exp(-0.5), 1);
});

test.for([
  [{ beta: -1 }, /^beta must be finite and at least 0, got -1/],
  [{ beta: '1' }, /^beta must be a number/],
  [{ random: 0 }, /^random must be in \(0, 1\], got 0/],
  [{ random: 1.5 }, /^random must be in/],
  [{ deltaMs: -1 }, /^deltaMs must be finite/],
  [{ now: Number.NaN }, /^now must be finite/],
  [{ expiresAt: undefined }, /^expiresAt must be a number/],
] as const)('refuses %j', ([wrong, message]) => {
  const facts = { now: 1, expiresAt: 2, deltaMs: 1, beta: 1, random: 1 };
  expect(() => shouldRefreshEarly({ ...facts, ...wrong } as never)).toThrow(message);
});
