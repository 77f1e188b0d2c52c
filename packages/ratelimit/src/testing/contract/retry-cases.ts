import assert from 'node:assert/strict';
import type { LimitRule } from '../../limits/limit-rule.ts';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { contractCase, WINDOW_MS } from './attempt.ts';

const per = { limit: 3, windowMs: WINDOW_MS };

/** Rules whose next moment follows from that of the first charge: so many milliseconds after it. */
const foreseeable: readonly (readonly [name: string, rule: LimitRule, afterMs: number])[] = [
  ['gcra', per, WINDOW_MS / 3],
  ['bucket', { algorithm: 'bucket', ...per }, WINDOW_MS / 3],
  ['interval', { algorithm: 'bucket', refill: 'interval', ...per }, WINDOW_MS],
  ['fixed', { algorithm: 'fixed', ...per }, WINDOW_MS],
  ['log', { algorithm: 'log', ...per }, WINDOW_MS],
];

/** The wait that a refusal names is the shortest that helps, to the millisecond. */
export const retryCases: readonly LimitStoreCase[] = [
  ...foreseeable.map(([name, rule, afterMs]) =>
    contractCase(`names the millisecond of the next yes, and keeps it: ${name}`, async (attempt) => {
      const { take, op, pass } = attempt;
      const charged = await take(op({ rule, cost: 3 }));
      const refused = await take(op({ rule }));
      assert.equal(refused.allowed, false);
      assert.equal(refused.states[0]?.retryAfterMs, wholeMs(charged.now + afterMs - refused.now));
      await pass(refused.states[0].retryAfterMs);
      assert.equal((await take(op({ rule }))).allowed, true);
    }),
  ),
  contractCase('names the millisecond of the next yes, and keeps it: sliding', async (attempt) => {
    const { take, op, pass } = attempt;
    const rule = { algorithm: 'sliding', ...per } as const;
    await take(op({ rule, cost: 3 }));
    const refused = await take(op({ rule }));
    // All three are of this window: in the next they fade, and there is room for one when a third of it is over.
    const [state] = refused.states;
    const endsInMs = (state?.resetAfterMs ?? 0) - WINDOW_MS;
    assert.equal(state?.retryAfterMs, endsInMs + WINDOW_MS / 3);
    await pass(state.retryAfterMs);
    assert.equal((await take(op({ rule }))).allowed, true);
  }),
  contractCase('is as new once everything has come back', async ({ take, op, pass }) => {
    for (const [name, rule] of foreseeable) {
      const [state] = (await take(op({ name, rule, cost: 2 }))).states;
      await pass(state?.resetAfterMs ?? 0);
      const [fresh] = (await take(op({ name, rule, cost: 0 }))).states;
      assert.equal(fresh?.remaining, 3);
      assert.equal(fresh.resetAfterMs, 0);
    }
  }),
];

/** Rounded up; a clock of microseconds leaves noise behind the sixth decimal. */
function wholeMs(ms: number): number {
  return Math.ceil(Number(ms.toFixed(3)));
}
