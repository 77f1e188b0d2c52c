import assert from 'node:assert/strict';
import type { LimitStore, OpState, Step, StepReply } from '../../src/index.ts';
import { modelStore } from '../../src/testing/index.ts';
import type { RandomSteps } from './random-steps.ts';

/** How many steps are on their way at once, over one connection, which keeps their order. */
const TOGETHER = 20;

/**
 * Sends random steps to a store, and the same steps to the reference models at the times at which the store says it decided.
 * @throws AssertionError at the first answer that differs.
 */
export async function agreesWithModel(
  store: LimitStore,
  steps: RandomSteps,
  count: number,
  tag?: string,
): Promise<void> {
  let time = 0;
  const model = modelStore({ now: () => time, monotonic: () => time });
  const receipts = new Map<string, string>();
  await acquaint(store, tag);
  for (let done = 0; done < count; done += TOGETHER) {
    const batch = Array.from({ length: TOGETHER }, () => steps.next());
    const replies = await Promise.all(batch.map((step) => store.apply(step, { deadlineMs: 20_000 })));
    for (const [index, step] of batch.entries()) {
      const reply = replies[index] as StepReply;
      time = step.kind === 'clear' ? time : reply.now;
      const expected = model.applySync(translated(step, receipts));
      const seen = (of: StepReply) => ({ allowed: of.allowed, states: of.states.map(plain) });
      const what = `step ${done + index} at ${reply.now}: ${JSON.stringify(step)}`;
      if (step.kind !== 'clear') assert.deepEqual(seen(reply), seen(expected), what);
      if (step.kind === 'adjust' || step.kind === 'renew' || step.kind === 'release') {
        assert.equal(reply.changed, expected.changed, what);
      }
      remember(step, reply, expected, steps, receipts);
    }
  }
}

/** Has the server know all scripts: one that it does not know is sent again, and overtaken by what follows. */
async function acquaint(store: LimitStore, tag: string | undefined): Promise<void> {
  const op = { name: 'warm', key: 'up', rule: { limit: 1, windowMs: 1 }, cost: 0, enforce: true, by: 0 };
  const ops = [tag === undefined ? op : { ...op, tag }];
  for (const kind of ['take', 'peek', 'adjust', 'renew', 'block'] as const) {
    await store.apply({ kind, ops, lease: { id: 'none' }, blockMs: 1 }, { deadlineMs: 20_000 });
  }
  // Takes of one turn travel together, by a script of their own.
  await Promise.all([1, 2].map(() => store.apply({ kind: 'take', ops }, { deadlineMs: 20_000 })));
}

function plain({ allowed, remaining, resetAfterMs, retryAfterMs, blocked, windowMs }: OpState) {
  return { allowed, remaining, resetAfterMs, retryAfterMs, blocked, windowMs };
}

/** The step with the receipts of the model. */
function translated(step: Step, receipts: ReadonlyMap<string, string>): Step {
  if (step.kind !== 'adjust') return step;
  return { ...step, ops: step.ops.map((op) => ({ ...op, receipt: receipts.get(id(op.name, op.receipt)) ?? '' })) };
}

function remember(
  step: Step,
  reply: StepReply,
  expected: StepReply,
  steps: RandomSteps,
  receipts: Map<string, string>,
) {
  if (step.kind !== 'take') return;
  for (const [index, op] of step.ops.entries()) {
    const [ours, theirs] = [reply.states[index]?.receipt, expected.states[index]?.receipt];
    assert.equal(ours === undefined, theirs === undefined, 'both charge or neither');
    if (ours === undefined || theirs === undefined) continue;
    receipts.set(id(op.name, ours), theirs);
    steps.charged(op, ours);
  }
}

function id(name: string, receipt: string | undefined): string {
  return `${name} ${receipt}`;
}
