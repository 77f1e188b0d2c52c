import assert from 'node:assert/strict';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { contractCase, WINDOW_MS } from './attempt.ts';
import { countingRules } from './rules.ts';

const lasting = countingRules.filter(([name]) => name !== 'quota' && name !== 'sliding' && name !== 'aligned');

/** Charges can be corrected where they were made. */
export const adjustCases: readonly LimitStoreCase[] = [
  contractCase('gives back what was charged, and never more than full', async ({ store, take, op }) => {
    for (const [name, rule] of countingRules) {
      const limit = op({ name, rule, cost: 2 });
      const receipt = (await take(limit)).states[0]?.receipt ?? assert.fail('a charge has a receipt');
      const { changed, states } = await store.apply({ kind: 'adjust', ops: [{ ...limit, receipt, by: -2 }] });
      assert.equal(changed, 2, name);
      assert.equal(states[0]?.remaining, 3);
      const again = await store.apply({ kind: 'adjust', ops: [{ ...limit, receipt, by: -2 }] });
      assert.equal(again.changed, 0, name);
      assert.equal((await take(op({ name, rule, cost: 3 }))).allowed, true);
    }
  }),
  contractCase('gives nothing back of a charge that is over', async ({ store, take, op, pass }) => {
    const receipts: string[] = [];
    for (const [name, rule] of lasting)
      receipts.push((await take(op({ name, rule, cost: 3 }))).states[0]?.receipt ?? '');
    await pass(WINDOW_MS);
    for (const [index, [name, rule]] of lasting.entries()) {
      await take(op({ name, rule, cost: 3 }));
      const old = op({ name, rule, cost: 3, receipt: receipts[index] as string, by: -3 });
      assert.equal((await store.apply({ kind: 'adjust', ops: [old] })).changed, 0, name);
    }
  }),
  contractCase('charges past the limit, into a debt of one capacity at most', async ({ store, take, op }) => {
    for (const [name, rule] of countingRules) {
      const limit = op({ name, rule, cost: 2 });
      const receipt = (await take(limit)).states[0]?.receipt ?? assert.fail('a charge has a receipt');
      const { changed, states } = await store.apply({ kind: 'adjust', ops: [{ ...limit, receipt, by: 9 }] });
      assert.equal(changed, 4, name);
      assert.equal(states[0]?.remaining, 0);
      const refused = await take(op({ name, rule }));
      assert.equal(refused.allowed, false);
      assert.ok((refused.states[0]?.retryAfterMs ?? 0) > 0);
    }
  }),
  contractCase('forgets count and block of a key that is cleared', async ({ store, take, op }) => {
    for (const [name, rule] of countingRules) {
      const limit = op({ name, rule });
      await take({ ...limit, cost: 3 });
      await store.apply({ kind: 'block', ops: [limit], blockMs: WINDOW_MS });
      await store.apply({ kind: 'clear', ops: [limit] });
      assert.equal((await take(limit)).states[0]?.remaining, 2);
      await store.apply({ kind: 'clear', ops: [limit] });
    }
  }),
];
