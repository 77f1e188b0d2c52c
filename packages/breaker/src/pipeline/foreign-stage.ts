import type { CallContext, Policy, Task } from '@xc/core';
import type { Stage } from '../run/frame.ts';
import { Leaf } from '../run/leaf.ts';

/** Runs a task in what follows a policy of somebody else, with the context that this policy hands in. */
export type Inside = (task: Task<unknown>, context: CallContext) => unknown;

/** Nests a policy that is not ours where it stands. */
export function foreignStage(policy: Policy, inside: Inside): Stage {
  return {
    interrupts: false,
    leaves: true,
    enter(outer, scope, call) {
      new Leaf(outer, scope, call).run((context) => policy.run((given) => inside(call.task, given), context));
    },
  };
}
