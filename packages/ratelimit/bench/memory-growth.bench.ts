import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createRateLimiter, type LogRule, memoryStore } from '../src/index.ts';
import { keysInTurn } from './keys.ts';

const rule = { limit: 1e9, windowMs: 60_000 } as const;

/** A limiter that knows so many keys, and a call for one of a thousand of them that are spread over all. */
function knowing(keys: number): () => unknown {
  const limiter = createRateLimiter({
    limits: { a: { ...rule, limit: 1_000_000 } },
    store: memoryStore({ maxKeys: 1_000_000 }),
  });
  for (let key = 0; key < keys; key++) limiter.takeSync(`user ${key}`);
  const spread = Array.from({ length: 1_000 }, (_, index) => `user ${Math.floor((index * keys) / 1_000)}`);
  let turn = 0;
  return () => {
    turn = turn + 1 === spread.length ? 0 : turn + 1;
    return limiter.takeSync(spread[turn] as string);
  };
}

function withLimits(count: number): () => unknown {
  const limiter = createRateLimiter({
    limits: Object.fromEntries(Array.from({ length: count }, (_, index) => [`limit${index}`, rule])),
  });
  const key = keysInTurn(1_024);
  return () => limiter.takeSync(key());
}

/** A log that is full, and refuses. */
function logOf(entries: number): () => unknown {
  const log: LogRule = { algorithm: 'log', limit: entries, windowMs: 315_360_000_000 };
  const limiter = createRateLimiter({ limits: { a: log } });
  for (let entry = 0; entry < entries; entry++) limiter.takeSync('user');
  return () => limiter.takeSync('user');
}

/** How the cost of a decision grows with what there is to decide by. */
const bench: Bench = {
  name: 'memory-growth',
  async run(): Promise<readonly Case[]> {
    const keys = await interleave({ thousand: knowing(1_000), million: knowing(1_000_000) });
    const limits = await interleave({ two: withLimits(2), sixteen: withLimits(16) });
    const logs = await interleave({ hundred: logOf(100), 'hundred thousand': logOf(100_000) });
    return [
      { name: '1,000,000 keys', unit: 'ns', value: keys.million, peers: { '1,000 keys': keys.thousand } },
      { name: '16 limits', unit: 'ns', value: limits.sixteen, peers: { '2 limits': limits.two } },
      {
        name: 'a log of 100,000 entries',
        unit: 'ns',
        value: logs['hundred thousand'],
        peers: { 'of 100 entries': logs.hundred },
      },
    ];
  },
};

export default bench;
