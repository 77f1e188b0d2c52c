import { MemoryStore } from 'express-rate-limit';
import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible';
import type { Bench, Case } from '../../../bench/case.ts';
import { createRateLimiter } from '../src/index.ts';

const refused = (refusal: unknown) => refusal;

/**
 * What the limiters of others get wrong in memory, counted by programs that run on them and on ours. Not a question of speed:
 * every case is a fact, and the gates say what is right.
 */
const bench: Bench = {
  name: 'differences',
  async run(): Promise<readonly Case[]> {
    return [
      {
        name: 'units consumed by a call that was refused: 8 of 10 taken, 5 asked for',
        unit: 'count',
        value: ourConsumed(),
        peers: { 'rate-limiter-flexible': await flexibleConsumed(), 'express-rate-limit': await expressConsumed() },
      },
      {
        name: 'units charged to a limit because another one refused',
        unit: 'count',
        value: await ourUnion(),
        peers: { 'rate-limiter-flexible': await flexibleUnion() },
      },
    ];
  },
};

/** 10 units: 8 taken, 5 refused. How many there are then beyond the 8. */
function ourConsumed(): number {
  const limiter = createRateLimiter({ limits: { it: { algorithm: 'fixed', limit: 10, windowMs: 60_000 } } });
  limiter.takeSync('k', { cost: 8 });
  limiter.takeSync('k', { cost: 5 });
  return 10 - (limiter.takeSync('k', { cost: 0 }).limits.it?.remaining ?? 0) - 8;
}

async function flexibleConsumed(): Promise<number> {
  const limiter = new RateLimiterMemory({ points: 10, duration: 60 });
  await limiter.consume('k', 8);
  await limiter.consume('k', 5).catch(refused);
  const { consumedPoints } = (await limiter.get('k')) ?? { consumedPoints: 0 };
  await limiter.delete('k');
  return consumedPoints - 8;
}

/** It knows calls of one unit alone: eleven calls of ten. */
async function expressConsumed(): Promise<number> {
  const store = new MemoryStore();
  store.init({ windowMs: 60_000 });
  for (let call = 0; call < 10; call++) await store.increment('k');
  const { totalHits } = await store.increment('k');
  store.shutdown();
  return totalHits - 10;
}

/** One limit is full, the other one is not: what the other one has lost after ten refusals. */
async function ourUnion(): Promise<number> {
  const rule = { algorithm: 'fixed', windowMs: 60_000 } as const;
  const limiter = createRateLimiter({ limits: { full: { ...rule, limit: 1 }, free: { ...rule, limit: 100 } } });
  for (let call = 0; call < 11; call++) await limiter.take('k');
  return 100 - (limiter.takeSync('k', { only: ['free'], cost: 0 }).limits.free?.remaining ?? 0) - 1;
}

async function flexibleUnion(): Promise<number> {
  const full = new RateLimiterMemory({ points: 1, duration: 60, keyPrefix: 'full' });
  const free = new RateLimiterMemory({ points: 100, duration: 60, keyPrefix: 'free' });
  const union = new RateLimiterUnion(full, free);
  for (let call = 0; call < 11; call++) await union.consume('k').catch(refused);
  const { consumedPoints } = (await free.get('k')) ?? { consumedPoints: 0 };
  for (const limiter of [full, free]) await limiter.delete('k');
  return consumedPoints - 1;
}

export default bench;
