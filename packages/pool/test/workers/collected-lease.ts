import { createPool, type PoolEvent } from '../../src/index.ts';
import { fakeFactory } from '../../src/testing/index.ts';

/** Forgets a lease and reports what the pool says of it, as JSON. Needs --expose-gc. */
const events: PoolEvent[] = [];
const factory = fakeFactory();
const pool = createPool(factory, { max: 1, leak: { afterMs: 60_000, gc: true, stack: 'always' } });
pool.on((event) => events.push(event));

async function borrowAndForget(): Promise<void> {
  await pool.acquire({ label: 'forgetful' });
}

await borrowAndForget();
for (let round = 0; round < 50 && events.every(({ type }) => type !== 'leak'); round++) {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const id = await pool.use(({ id }) => id, { timeoutMs: 1_000 }).catch(String);
const leak = events.find(({ type }) => type === 'leak');
console.log(JSON.stringify({ leak, id, first: factory.opened[0]?.endReason, stats: pool.stats() }));
