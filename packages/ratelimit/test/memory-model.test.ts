import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LimitRule } from '../src/limits/limit-rule.ts';
import { memoryStore } from '../src/memory/memory-store.ts';
import type { LimitOp } from '../src/store/limit-op.ts';
import type { Step } from '../src/store/step.ts';
import type { StepReply } from '../src/store/step-reply.ts';
import { modelStore } from '../src/testing/models/model-store.ts';

const windowMs = fc.constantFrom(1, 50, 700, 1000, 7000);
const limit = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const burst = fc.option(fc.integer({ min: 1, max: 15 }), { nil: undefined });

const shape: fc.Arbitrary<(limit: number, burst: number | undefined) => LimitRule> = fc.oneof(
  windowMs.map((windowMs) => (limit: number, burst?: number) => ({ limit, windowMs, burst }) as LimitRule),
  fc.record({ windowMs, refill: fc.constantFrom('continuous', 'interval') }).map(
    ({ windowMs, refill }) =>
      (limit: number, burst?: number) =>
        ({ algorithm: 'bucket', limit, windowMs, burst, refill }) as LimitRule,
  ),
  windowMs.map((windowMs) => (limit: number) => ({ algorithm: 'sliding', limit, windowMs }) as LimitRule),
  fc.record({ windowMs, aligned: fc.boolean() }).map(
    ({ windowMs, aligned }) =>
      (limit: number) =>
        ({ algorithm: 'fixed', limit, windowMs, aligned }) as LimitRule,
  ),
  windowMs.map((windowMs) => (limit: number) => ({ algorithm: 'log', limit, windowMs }) as LimitRule),
  fc
    .record({
      per: fc.constantFrom('day', 'week', 'month', 'year'),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Beirut'),
      anchorDay: fc.integer({ min: 1, max: 31 }),
    })
    .map((calendar) => (limit: number) => ({ algorithm: 'quota', limit, ...calendar }) as LimitRule),
  fc
    .constantFrom(undefined, 500, 3000)
    .map((ttlMs) => (limit: number) => ({ algorithm: 'concurrency', limit, ttlMs }) as LimitRule),
);

const escalate = fc.option(
  fc.record({
    after: fc.integer({ min: 1, max: 3 }),
    withinMs: fc.constantFrom(100, 5000),
    blockMs: fc.constantFrom(50, 1500),
    factor: fc.constantFrom(undefined, 1, 3),
    maxBlockMs: fc.constantFrom(undefined, 2000),
    forgetMs: fc.constantFrom(undefined, 1000),
  }),
  { nil: undefined, freq: 2 },
);

interface Plan {
  readonly rule: (limit: number, burst: number | undefined) => LimitRule;
  readonly enforce: boolean;
  readonly escalate: LimitOp['escalate'];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  rule: shape,
  enforce: fc.integer({ min: 0, max: 4 }).map((die) => die > 0),
  escalate,
});

const command = fc.record({
  afterMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: 0, max: 90_000_000 }),
  ),
  kind: fc.constantFrom(
    'take',
    'take',
    'take',
    'take',
    'take',
    'peek',
    'refund',
    'settle',
    'block',
    'clear',
    'renew',
    'release',
  ),
  key: fc.constantFrom('a', 'b', '__proto__'),
  costs: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
  limits: fc.array(limit, { minLength: 3, maxLength: 3 }),
  bursts: fc.array(burst, { minLength: 3, maxLength: 3 }),
  changes: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
  pick: fc.nat(),
  units: fc.integer({ min: 1, max: 20 }),
  ttlMs: fc.constantFrom(undefined, 200, 4000),
  jump: fc.oneof(
    { weight: 15, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -5000, max: 5000 }) },
  ),
});

/** Something that was charged, as either store tells it. */
interface Charged {
  readonly ops: readonly [LimitOp, LimitOp][];
  readonly lease: { readonly id: string };
}

function readsWallClock(rule: LimitRule): boolean {
  return rule.algorithm === 'quota' || (rule.algorithm === 'fixed' && rule.aligned === true);
}

test('decides as the models do, whatever the traffic', async () => {
  const program = fc.record({
    plans: fc.array(plan, { minLength: 1, maxLength: 3 }),
    commands: fc.array(command, { minLength: 1, maxLength: 60 }),
    epoch: fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000 + 123),
  });
  await fc.assert(
    fc.asyncProperty(program, async ({ plans, commands, epoch }) => {
      const clock = new ManualClock(epoch);
      const [ours, model] = [memoryStore({ clock }), modelStore(clock)];
      const charged: Charged[] = [];
      let numbers = commands[0] as (typeof commands)[number];
      // A window that is over by both clocks is forgotten when somebody looks or a new key comes, and else would count again
      // for a wall clock that goes back into it. Either is right, and models forget nothing: where it is read, it goes forward.
      const byWallClock = plans.some(({ rule }) => readsWallClock(rule(1, undefined)));
      for (const [turn, given] of commands.entries()) {
        if (given.afterMs > 0) await clock.advance(given.afterMs);
        const jump = byWallClock ? Math.abs(given.jump) : given.jump;
        if (jump !== 0) clock.set(clock.now() + jump);
        if (given.changes) numbers = given;
        const ops = plans.map(({ rule, enforce, escalate }, index): LimitOp => {
          const cost = given.costs[index] as number;
          const current = rule(numbers.limits[index] as number, numbers.bursts[index]);
          return { name: `limit${index}`, key: given.key, rule: current, cost, enforce, escalate };
        });
        const lease = { id: `lease ${turn}`, ttlMs: given.ttlMs };
        const both = (one: Step, other = one): [StepReply, StepReply] => {
          const replies: [StepReply, StepReply] = [ours.applySync(one), model.applySync(other)];
          expect(withoutReceipts(replies[0])).toEqual(withoutReceipts(replies[1]));
          return replies;
        };
        const kind = given.kind;
        const past = charged[given.pick % (charged.length || 1)];
        if (kind === 'take') {
          const [mine, theirs] = both({ kind, ops, lease });
          const receipts = ops.flatMap((op, index): [LimitOp, LimitOp][] => {
            const receipt = mine.states[index]?.receipt;
            return receipt === undefined
              ? []
              : [
                  [
                    { ...op, receipt },
                    { ...op, receipt: theirs.states[index]?.receipt as string },
                  ],
                ];
          });
          if (receipts.length > 0) charged.push({ ops: receipts, lease });
        } else if (kind === 'refund' || kind === 'settle') {
          const by = ({ cost }: LimitOp) => (kind === 'settle' ? given.units : -Math.min(given.units, cost));
          const now = (op: LimitOp) => ({
            ...op,
            by: by(op),
            rule: ops.find(({ name }) => name === op.name)?.rule as LimitRule,
          });
          if (past !== undefined) {
            both(
              { kind: 'adjust', ops: past.ops.map(([op]) => now(op)) },
              { kind: 'adjust', ops: past.ops.map(([, op]) => now(op)) },
            );
          }
        } else if (kind === 'renew' || kind === 'release') {
          if (past !== undefined)
            both({ kind, ops: past.ops.map(([op]) => op), lease: { ...past.lease, ttlMs: given.ttlMs } });
        } else if (kind === 'block') both({ kind, ops: ops.slice(0, 1), blockMs: given.units * 100 });
        else both({ kind, ops });
      }
    }),
    { numRuns: 1_500 },
  );
});

function withoutReceipts({ states, ...reply }: StepReply) {
  return { ...reply, changed: reply.changed ?? 0, states: states.map(({ receipt, ...state }) => state) };
}
