import type { LimitOp, LimitStore, OpState, Step, StepReply, TakeStep } from '../src/index.ts';

type Apply = LimitStore['apply'];

/** Stores that break one promise each, made of one that keeps them all. */
export const mutants: Readonly<Record<string, (apply: Apply) => Apply>> = {
  'charges what it rejects': (apply) => async (step) => {
    const reply = await apply(step);
    if (step.kind === 'take' && !reply.allowed) await takeWhatIsLeft(apply, step, reply);
    return reply;
  },
  'decides ops one by one': (apply) => async (step) => {
    if (step.kind !== 'take') return apply(step);
    const replies: StepReply[] = [];
    for (const op of step.ops) replies.push(await apply({ ...step, ops: [op] }));
    const [first] = replies as [StepReply];
    const states = replies.map(({ states: [state] }) => state as OpState);
    return { ...first, allowed: replies.every(({ allowed }) => allowed), states };
  },
  'answers a retry 1 ms late': (apply) => async (step) => {
    const reply = await apply(step);
    const late = (state: OpState) =>
      state.retryAfterMs > 0 ? { ...state, retryAfterMs: state.retryAfterMs + 1 } : state;
    return { ...reply, states: reply.states.map(late) };
  },
  'enforces every limit': (apply) => (step) => apply(withOps(step, (op) => ({ ...op, enforce: true }))),
  'enforces no limit': (apply) => (step) => apply(withOps(step, (op) => ({ ...op, enforce: false }))),
  'writes when only asked': (apply) => (step) => apply(step.kind === 'peek' ? { ...step, kind: 'take' } : step),
  'does not clear': (apply) => (step) => apply(step.kind === 'clear' ? { kind: 'peek', ops: step.ops } : step),
  'forgets blocks': (apply) => (step) => apply(step.kind === 'block' ? { kind: 'peek', ops: step.ops } : step),
  'gives back without limit': (apply) => async (step) => {
    const reply = await apply(step);
    return step.kind === 'adjust' ? { ...reply, changed: Math.abs(step.ops[0]?.by ?? 0) } : reply;
  },
  'lets anybody release': (apply) => async (step) => {
    const reply = await apply(step);
    return step.kind === 'release' ? { ...reply, changed: 1 } : reply;
  },
};

/** A store whose `apply` is another one. */
export function mutated(store: LimitStore, mutate: (apply: Apply) => Apply): LimitStore {
  return { name: store.name, remote: store.remote, apply: mutate((step, call) => store.apply(step, call)) };
}

async function takeWhatIsLeft(apply: Apply, { ops, lease }: TakeStep, { states }: StepReply): Promise<void> {
  for (const [index, op] of ops.entries()) {
    const cost = Math.min(op.cost, states[index]?.remaining ?? 0);
    if (cost > 0) await apply({ kind: 'take', ops: [{ ...op, cost }], ...(lease && { lease }) });
  }
}

function withOps(step: Step, change: (op: LimitOp) => LimitOp): Step {
  return { ...step, ops: step.ops.map(change) };
}
