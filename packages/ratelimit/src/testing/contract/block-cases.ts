import assert from 'node:assert/strict';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { contractCase, WINDOW_MS } from './attempt.ts';

const escalate = { after: 2, withinMs: WINDOW_MS, blockMs: 60, factor: 2, forgetMs: WINDOW_MS } as const;

/** A block says no whatever the count says. */
export const blockCases: readonly LimitStoreCase[] = [
  contractCase('refuses a blocked key until its block ends, with the time that is left', async (attempt) => {
    const { store, take, op, pass } = attempt;
    const blocked = await store.apply({ kind: 'block', ops: [op()], blockMs: 100 });
    const refused = await take(op());
    assert.equal(refused.allowed, false);
    assert.equal(refused.states[0]?.blocked, true);
    const left = refused.states[0].retryAfterMs;
    assert.equal(left, Math.ceil(Number((blocked.now + 100 - refused.now).toFixed(3))));
    await pass(left);
    const { allowed, states } = await take(op());
    assert.deepEqual([allowed, states[0]?.blocked, states[0]?.remaining], [true, false, 2]);
  }),
  contractCase('does not shorten a block by a shorter one', async ({ store, take, op }) => {
    await store.apply({ kind: 'block', ops: [op()], blockMs: WINDOW_MS });
    await store.apply({ kind: 'block', ops: [op()], blockMs: 1 });
    const [state] = (await take(op())).states;
    assert.ok((state?.retryAfterMs ?? 0) > WINDOW_MS / 2);
  }),
  contractCase('blocks a key that keeps being refused, longer each time', async ({ take, op, pass }) => {
    const limit = op({ rule: { algorithm: 'log', limit: 2, windowMs: WINDOW_MS }, escalate });
    await take({ ...limit, cost: 2 });
    assert.equal((await take(limit)).states[0]?.blocked, false);
    const [first] = (await take(limit)).states;
    assert.equal(first?.blocked, true);
    assert.ok((first?.retryAfterMs ?? 0) >= escalate.blockMs);
    await pass(escalate.blockMs);
    assert.equal((await take({ ...limit, cost: 2 })).states[0]?.blocked, false);
    const [second] = (await take({ ...limit, cost: 2 })).states;
    assert.equal(second?.blocked, true);
    assert.ok((second?.resetAfterMs ?? 0) >= 2 * escalate.blockMs);
  }),
  contractCase(
    'counts no strike for what is only asked, could never be, or is a shadow',
    async ({ take, peek, op }) => {
      const limit = op({ rule: { algorithm: 'log', limit: 2, windowMs: WINDOW_MS }, escalate });
      await take({ ...limit, cost: 2 });
      for (let again = 0; again < 3; again += 1) {
        await peek(limit);
        await take({ ...limit, cost: 3 });
        await take({ ...limit, enforce: false });
      }
      assert.equal((await take(limit)).states[0]?.blocked, false);
      assert.equal((await take(limit)).states[0]?.blocked, true);
    },
  ),
];
