import assert from 'node:assert/strict';
import type { LimitRule } from '../../limits/limit-rule.ts';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { type Attempt, contractCase, WINDOW_MS } from './attempt.ts';
import { countingRules } from './rules.ts';

/** A limit lets through what it says, whoever asks, and counts nothing else. */
export const countingCases: readonly LimitStoreCase[] = [
  ...countingRules.map(([name, rule]) =>
    contractCase(`lets through exactly the limit and consumes nothing when it says no: ${name}`, (attempt) =>
      takesExactly(attempt, rule),
    ),
  ),
  contractCase('lets through exactly the limit when everybody comes at once', async ({ store, op }) => {
    const rule = { limit: 7, windowMs: WINDOW_MS, algorithm: 'log' } as const;
    const take = () => store.apply({ kind: 'take', ops: [op({ rule })] });
    const replies = await Promise.all(Array.from({ length: 40 }, take));
    assert.equal(replies.filter(({ allowed }) => allowed).length, 7);
  }),
  contractCase('writes nothing when it is only asked, and says what a take would leave', async ({ peek, take, op }) => {
    for (const [name, rule] of countingRules) {
      const limit = op({ name, rule });
      const asked = await peek(limit);
      for (let again = 0; again < 5; again += 1) await peek(limit);
      assert.equal(asked.allowed, true);
      assert.equal(asked.states[0]?.remaining, 2);
      assert.equal(asked.states[0]?.receipt, undefined);
      assert.equal((await take(limit)).states[0]?.remaining, 2);
    }
  }),
  contractCase('writes nothing for a cost of zero', async ({ take, op }) => {
    for (const [name, rule] of countingRules) {
      const free = op({ name, rule, cost: 0 });
      const [state] = [...(await take(free)).states, ...(await take(free)).states];
      assert.deepEqual(outline(state), { allowed: true, remaining: 3, resetAfterMs: 0, retryAfterMs: 0 });
      assert.equal(state?.receipt, undefined);
      assert.equal((await take(op({ name, rule, cost: 3 }))).allowed, true);
    }
  }),
  contractCase('says never to a cost above the capacity, and to all under a limit of zero', async ({ take, op }) => {
    for (const [name, rule] of countingRules) {
      const [state] = (await take(op({ name, rule, cost: 4 }))).states;
      const never = { allowed: false, remaining: 3, resetAfterMs: 0, retryAfterMs: Number.POSITIVE_INFINITY };
      assert.deepEqual(outline(state), never);
      const [closed] = (await take(op({ name, rule: { ...rule, limit: 0 } as LimitRule }))).states;
      assert.deepEqual(outline(closed), { ...never, remaining: 0 });
      assert.equal((await take(op({ name, rule, cost: 3 }))).allowed, true);
    }
  }),
  contractCase('keeps what was counted when the limit is lowered and raised again', async ({ take, op }) => {
    const rule = { algorithm: 'fixed', limit: 10, windowMs: WINDOW_MS } as const;
    assert.equal((await take(op({ rule, cost: 5 }))).allowed, true);
    const [lowered] = (await take(op({ rule: { ...rule, limit: 2 } }))).states;
    assert.equal(lowered?.allowed, false);
    assert.equal(lowered?.remaining, 0);
    assert.equal((await take(op({ rule: { ...rule, limit: 8 } }))).states[0]?.remaining, 2);
  }),
  contractCase('shares nothing between keys, names, windows and algorithms', async ({ take, op }) => {
    const { key } = op();
    const keys = ['', '}', '{}', 'a}{b', ' ', '__proto__', 'xc:rl:{x}', '\u{1f600}', 'long'.repeat(100)];
    const others = [
      ...keys.map((odd) => op({ key: key + odd })),
      op({ name: 'other' }),
      op({ rule: { algorithm: 'fixed', limit: 3, windowMs: WINDOW_MS - 1 } }),
      op({ rule: { algorithm: 'log', limit: 3, windowMs: WINDOW_MS } }),
      op({ key: `${key}:limit`, name: 'f' }),
    ];
    for (const other of others) assert.equal((await take({ ...other, cost: 2 })).states[0]?.remaining, 1, other.key);
  }),
  contractCase('tells the time, and the length of the period of a quota', async ({ take, op }) => {
    const rule = { algorithm: 'quota', limit: 3, per: 'week', timeZone: 'Asia/Kolkata' } as const;
    const { now, states } = await take(op({ rule }));
    assert.ok(Number.isFinite(now));
    assert.equal(states[0]?.windowMs, 7 * 24 * 3_600_000);
    assert.ok(states[0].resetAfterMs <= states[0].windowMs);
  }),
];

async function takesExactly({ take, op }: Attempt, rule: LimitRule): Promise<void> {
  const limit = op({ rule });
  assert.equal((await take(op({ rule, cost: 2 }))).states[0]?.remaining, 1);
  for (let again = 0; again < 3; again += 1) {
    const refused = await take(op({ rule, cost: 2 }));
    assert.equal(refused.allowed, false);
    assert.equal(refused.states[0]?.remaining, 1);
    assert.equal(refused.states[0].receipt, undefined);
  }
  assert.equal((await take(limit)).allowed, true);
  assert.equal((await take(limit)).allowed, false);
}

function outline(state: Awaited<ReturnType<Attempt['take']>>['states'][number] | undefined) {
  const { allowed, remaining, resetAfterMs, retryAfterMs } = state ?? assert.fail('a state for every op');
  return { allowed, remaining, resetAfterMs, retryAfterMs };
}
