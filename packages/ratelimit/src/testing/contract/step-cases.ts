import assert from 'node:assert/strict';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { contractCase, WINDOW_MS } from './attempt.ts';
import { countingRules } from './rules.ts';

/** Several limits are one decision. */
export const stepCases: readonly LimitStoreCase[] = [
  contractCase('charges no limit when one of them says no', async ({ take, peek, op }) => {
    const spent = op({ name: 'spent' });
    await take({ ...spent, cost: 3 });
    for (const [name, rule] of countingRules) {
      const free = op({ name: `free.${name}`, rule });
      for (const ops of [[free, spent] as const, [spent, free] as const]) {
        const reply = await take(...ops);
        assert.equal(reply.allowed, false);
        assert.deepEqual(
          reply.states.map(({ allowed }) => allowed),
          ops.map((one) => one === free),
        );
        assert.ok(reply.states.every(({ receipt }) => receipt === undefined));
      }
      assert.equal((await peek({ ...free, cost: 0 })).states[0]?.remaining, 3);
    }
  }),
  contractCase('charges all limits when all say yes', async ({ take, op }) => {
    const ops = countingRules.map(([, rule], index) => op({ name: `limit${index}`, rule, cost: 1 + (index % 3) }));
    const { allowed, states } = await take(...ops);
    assert.equal(allowed, true);
    for (const [index, { remaining, receipt }] of states.entries()) {
      assert.equal(remaining, 2 - (index % 3));
      assert.ok(receipt);
    }
  }),
  contractCase('lets a shadow limit count and say no, and stop nobody', async ({ take, op }) => {
    const shadow = op({ name: 'shadow', enforce: false, rule: { algorithm: 'fixed', limit: 1, windowMs: WINDOW_MS } });
    const free = op({ name: 'free' });
    assert.equal((await take(shadow, free)).allowed, true);
    const { allowed, states } = await take(shadow, free);
    assert.equal(allowed, true);
    assert.deepEqual(
      states.map((state) => [state.allowed, state.remaining]),
      [
        [false, 0],
        [true, 1],
      ],
    );
  }),
  contractCase('charges no shadow limit when an enforced one says no', async ({ take, peek, op }) => {
    const spent = op({ name: 'spent' });
    await take({ ...spent, cost: 3 });
    const shadow = op({ name: 'shadow', enforce: false });
    await take(shadow, spent);
    assert.equal((await peek({ ...shadow, cost: 0 })).states[0]?.remaining, 3);
  }),
];
