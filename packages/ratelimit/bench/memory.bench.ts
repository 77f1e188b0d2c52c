import { MemoryStore } from 'express-rate-limit';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createRateLimiter } from '../src/index.ts';
import { keysInTurn } from './keys.ts';

const plenty = { limit: 1e9, windowMs: 60_000 } as const;
const none = { limit: 1, windowMs: 315_360_000_000 } as const;

/** The least that a limit can cost: a count and a time in a map. */
function fixedByHand(): (key: string) => boolean {
  const windows = new Map<string, { count: number; end: number }>();
  return (key) => {
    const now = Date.now();
    const window = windows.get(key);
    if (window === undefined || now >= window.end) windows.set(key, { count: 1, end: now + 60_000 });
    else window.count++;
    return (window?.count ?? 0) < 1e9;
  };
}

function expressStore(): MemoryStore {
  const store = new MemoryStore();
  store.init({ windowMs: 60_000 });
  return store;
}

/** What a decision in memory costs, over 1,024 keys. */
const bench: Bench = {
  name: 'memory',
  async run(): Promise<readonly Case[]> {
    const one = createRateLimiter({ limits: { a: plenty } });
    const three = createRateLimiter({ limits: { a: plenty, b: plenty, c: plenty } });
    const full = createRateLimiter({ limits: { a: none } });
    const express = expressStore();
    const flexible = new RateLimiterMemory({ points: 1e9, duration: 60 });
    const flexibleFull = new RateLimiterMemory({ points: 1, duration: 100_000 });
    for (let key = 0; key < 1_024; key++) {
      full.takeSync(`user ${key}`);
      await flexibleFull.consume(`user ${key}`);
    }
    const key = Array.from({ length: 8 }, () => keysInTurn(1_024));
    const of = (rival: number) => (key[rival] as () => string)();
    const byHand = fixedByHand();
    const ns = await interleave({
      takeSync: () => one.takeSync(of(0)),
      three: () => three.takeSync(of(1)),
      take: () => one.take(of(2)),
      denied: () => full.take(of(3)),
      'express-rate-limit': () => express.increment(of(4)),
      'rate-limiter-flexible': () => flexible.consume(of(5)),
      flexibleDenied: () => flexibleFull.consume(of(6)).catch((refusal: unknown) => refusal),
      'by hand': () => byHand(of(7)),
    });
    express.shutdown();
    const { 'express-rate-limit': rival, 'rate-limiter-flexible': other, 'by hand': floor } = ns;
    return [
      {
        name: 'allowed, takeSync',
        unit: 'ns',
        value: ns.takeSync,
        peers: { 'express-rate-limit': rival, 'by hand': floor },
      },
      { name: 'allowed, take', unit: 'ns', value: ns.take, peers: { 'rate-limiter-flexible': other } },
      { name: 'denied, take', unit: 'ns', value: ns.denied, peers: { 'rate-limiter-flexible': ns.flexibleDenied } },
      { name: '3 limits, takeSync', unit: 'ns', value: ns.three, peers: { 'one limit': ns.takeSync } },
    ];
  },
};

export default bench;
